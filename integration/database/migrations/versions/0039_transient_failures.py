"""Whether a retry may help a connection whose users could not be imported."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table integration.connections
    add column failure_is_transient boolean;  -- of the last import; null if it did not fail
grant update (failure_is_transient) on integration.connections to pipeline;

-- Earlier releases kept only the text.
update integration.connections set failure_is_transient = status_detail like '%automatically%'
where status = 'needs_attention' and status_detail is not null;
"""
