"""The notice is shown again when an organization chooses to keep or show more."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
grant update (seen_at) on integration.notices_seen to page;
"""
