"""TOMBSTONE_KEY encrypts the key that digests are made with, so that it can be replaced; and an
erased Zoom account leaves no reviews of its Zoom users.

Where digests were made with TOMBSTONE_KEY itself, `sealed` stays null until that key is replaced.
"""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table integration.keys add column sealed text;

-- With the last import of a Zoom user, the pipeline deletes that somebody reviewed them.
grant delete on integration.reviewed_zoom_users to pipeline;
"""
