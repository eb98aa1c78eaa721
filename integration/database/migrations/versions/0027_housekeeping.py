"""Lets the pipeline, whose nightly job deletes what is too old, delete what the page deleted."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
grant select (requested_at), delete on integration.sign_in_requests to pipeline;
revoke delete on integration.sign_in_requests, integration.causes, integration.notifications
from page;
"""
