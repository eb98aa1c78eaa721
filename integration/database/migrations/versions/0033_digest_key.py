"""A key of the tombstones that can be replaced: it encrypts the key that the digests are made with.

Where digests were made with TOMBSTONE_KEY itself, `sealed` stays null until that key is replaced.
"""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table integration.keys add column sealed text;
"""
