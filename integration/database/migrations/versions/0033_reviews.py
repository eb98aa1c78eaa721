"""An erased Zoom account leaves no reviews of its Zoom users."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- With the last import of a Zoom user, the pipeline deletes that somebody reviewed them.
grant delete on integration.reviewed_zoom_users to pipeline;
"""
