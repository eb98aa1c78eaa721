"""Sign-in with OpenID Connect, the end of idle sessions, and what the list of sessions shows."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- The provider that signs in an organization's users. A command writes it, as the owner.
create table integration.openid_providers (
    organization_id text primary key,
    issuer text not null,
    client_id text not null,
    client_secret text not null,  -- encrypted with ENCRYPTION_KEY
    verified_by text not null check (verified_by in ('email_verified', 'xms_edov')),
    changed_at timestamptz not null default now()
);
grant select on integration.openid_providers to page, pipeline;
-- A sign-in locks the row, for which PostgreSQL wants the right to change one of its columns.
grant update (changed_at) on integration.openid_providers to page;

-- Which account of the provider is a user's, from their first sign-in on: a provider may give an
-- email to somebody else, but never a subject.
create table integration.openid_subjects (
    organization_id text not null,
    subject_hash text not null,  -- SHA-256 of the issuer, the client and the subject
    user_id text not null,
    bound_at timestamptz not null default now(),
    primary key (organization_id, subject_hash),
    unique (organization_id, user_id)
);
grant select, insert on integration.openid_subjects to page;
grant select on integration.openid_subjects to pipeline;

alter table integration.sign_in_links
    add column method text not null default 'link'
        check (method in ('link', 'mail', 'openid', 'break_glass'));
alter table integration.page_sessions
    add column method text not null default 'link'
        check (method in ('link', 'mail', 'openid', 'break_glass')),
    add column session_number bigint generated always as identity unique,
    add column browser text not null default '',  -- such as "Firefox on Windows"
    add column last_used_at timestamptz not null default now();
create index page_sessions_user on integration.page_sessions (organization_id, user_id);

-- Where OpenID Connect is on, no link signs in, but for one in an emergency. Links and sessions are
-- checked at each use, so a switch applies at once to those that are made at the same moment, too.
create function integration.may_sign_in(organization text, method text) returns boolean
language sql stable parallel safe
return method = 'break_glass' or (method = 'openid') = exists (
    select from integration.openid_providers
    where openid_providers.organization_id = organization
);
revoke execute on function integration.may_sign_in from public;
grant execute on function integration.may_sign_in to page;

-- A deactivated user is refused at each request; without this, a session from before would come
-- back to life with a user who is activated again.
create function integration.end_sign_ins() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' or least(old.deactivated_at, new.deactivated_at) <= now() then
        delete from integration.page_sessions
        where organization_id = old.organization_id and user_id = old.user_id;
        delete from integration.sign_in_links
        where organization_id = old.organization_id and user_id = old.user_id;
    end if;
    if tg_op = 'DELETE' then
        delete from integration.openid_subjects
        where organization_id = old.organization_id and user_id = old.user_id;
    end if;
    return null;
end
$$;
create trigger end_sign_ins after update of deactivated_at or delete on worksights.users
    for each row execute function integration.end_sign_ins();
"""
