"""Mappings that wait until a second person confirms them."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table integration.mapping_requests (
    request_id bigint generated always as identity primary key,
    organization_id text not null,
    zoom_account_id text not null,
    zoom_user_id text not null,
    user_id text not null,  -- who would get the entries
    from_user_id text,  -- whose email the Zoom user has, or who it is mapped to
    effective_from timestamptz not null,
    requested_by text not null,
    requested_at timestamptz not null default now(),
    decision text check (decision in ('confirmed', 'declined', 'withdrawn')),
    decided_by text,
    decided_at timestamptz,
    check ((decision is null) = (decided_at is null))
);
-- At most one waits for each Zoom user; the list of Zoom users and the overview look for it.
create unique index mapping_requests_waiting
    on integration.mapping_requests (organization_id, zoom_user_id) where decision is null;
-- Both people see on their account page what concerns them.
create index mapping_requests_user on integration.mapping_requests (organization_id, user_id);
create index mapping_requests_from_user
    on integration.mapping_requests (organization_id, from_user_id);

grant select, insert, update (decision, decided_by, decided_at)
    on integration.mapping_requests to page;
grant select on integration.mapping_requests to pipeline;  -- an erasure's proof
"""
