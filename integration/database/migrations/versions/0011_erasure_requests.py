"""Who asked to be erased, and until when that has to be done."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table integration.erasure_requests (
    request_id bigint generated always as identity primary key,
    organization_id text not null,
    user_id text,  -- null once they are erased
    requested_at timestamptz not null default now(),
    due_at timestamptz not null default now() + interval '1 month',
    withdrawn_at timestamptz,
    done_at timestamptz
);
-- One at a time. The open ones are read by every Overview.
create unique index erasure_requests_open on integration.erasure_requests (organization_id, user_id)
    where withdrawn_at is null and done_at is null;
grant select, insert, update (withdrawn_at) on integration.erasure_requests to page;
grant select, update (done_at) on integration.erasure_requests to pipeline;
"""
