"""Users have managers, and a change of manager is in the audit trail: it opens timelines."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- No foreign key: the host product may write users in any order. A manager who is not there manages
-- nobody.
alter table worksights.users
    add column manager_user_id text
        constraint users_manager_bytes check (octet_length(manager_user_id) <= 128),
    add constraint users_manager_is_another check (manager_user_id <> user_id);
-- Who reports to somebody is looked up in each request of a manager.
create index users_of_manager on worksights.users (organization_id, manager_user_id)
    where manager_user_id is not null;

create function integration.record_manager_change() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
    values (
        new.organization_id,
        coalesce(
            nullif(current_setting('worksights.author', true), ''), 'database:' || session_user
        ),
        'manager_changed',
        new.user_id,
        jsonb_build_object('from', old.manager_user_id, 'to', new.manager_user_id)
    );
    return null;
end
$$;
create trigger record_manager_change after update of manager_user_id on worksights.users
    for each row when (new.manager_user_id is distinct from old.manager_user_id)
    execute function integration.record_manager_change();
"""
