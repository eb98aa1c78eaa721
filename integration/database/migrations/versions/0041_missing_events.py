"""What the app's event subscription lacks for an account, as Zoom last said."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table integration.connections
    -- A list of the needed events that no subscription sends here; null: not known.
    add column missing_events jsonb,
    add column subscription_detail text,  -- why it is not known
    add column subscription_read_at timestamptz;
grant update (missing_events, subscription_detail, subscription_read_at)
    on integration.connections to page, pipeline;
"""
