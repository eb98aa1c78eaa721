"""Who has seen the notice at the first sign-in."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table integration.notices_seen (
    organization_id text not null,
    user_id text not null,
    version integer not null,  -- of the text; each is shown once
    seen_at timestamptz not null default now(),
    primary key (organization_id, user_id, version)
);
grant select, insert on integration.notices_seen to page;
"""
