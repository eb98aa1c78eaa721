"""The erasure of an organization, and the pipeline's rights to erase an account when it is due."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table integration.erasures
    add column is_of_organization boolean not null default false;  -- and all its accounts

-- Dagster erases accounts that removed the app, and may be the pipeline's login, not the owner's.
grant delete on integration.connections, integration.mapping_changes, integration.mapping_requests
to pipeline;
grant insert, update on integration.erasures to pipeline;
"""
