"""Labels of accounts, the progress of an import, reviewed Zoom users, and test meetings."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table integration.connections
    add column label text check (char_length(label) between 1 and 80),
    add column users_read integer;  -- by the import that runs; null if none does
grant update (users_read) on integration.connections to pipeline;

-- Zoom users that somebody has reviewed and left unmapped. One that is imported later has no row.
create table integration.reviewed_zoom_users (
    organization_id text not null,
    zoom_user_id text not null,
    reviewed_by text not null,
    reviewed_at timestamptz not null default now(),
    primary key (organization_id, zoom_user_id)
);
grant select, insert, update (reviewed_by, reviewed_at)
    on integration.reviewed_zoom_users to page;
grant select on integration.reviewed_zoom_users to pipeline;  -- an erasure's proof, and alerts

-- When somebody started a test meeting. Only they follow what arrives after that.
create table integration.test_meetings (
    test_meeting_id bigint generated always as identity primary key,
    organization_id text not null,
    user_id text not null,
    started_at timestamptz not null default now()
);
create index test_meetings_user
    on integration.test_meetings (organization_id, user_id, started_at);
grant select, insert on integration.test_meetings to page;
grant select on integration.test_meetings to pipeline;  -- an erasure's proof
"""
