"""The log of whose data was shown to whom."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table integration.access_log (
    access_id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    organization_id text not null,
    actor text not null,  -- the user_id of the person who saw it, or command:LOGIN
    act text not null,
    about_user_id text,
    about_person_id text,
    days daterange,  -- the days of the data, where the answer is limited to some
    check (num_nonnulls(about_user_id, about_person_id) = 1)
);
-- Everybody sees on their account page who saw theirs; a person's data is looked up and erased.
create index access_log_user on integration.access_log (organization_id, about_user_id, at)
    where about_user_id is not null;
create index access_log_person on integration.access_log (organization_id, about_person_id, at)
    where about_person_id is not null;
create index access_log_at on integration.access_log (at);

-- Nobody changes it. What is 12 months old is deleted by this function alone.
grant select, insert on integration.access_log to page, pipeline;
create function integration.delete_old_accesses() returns bigint
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with deleted as (
        delete from integration.access_log where at < now() - interval '12 months' returning 1
    )
    select count(*) from deleted;
end;
revoke execute on function integration.delete_old_accesses from public;
grant execute on function integration.delete_old_accesses to pipeline;
"""
