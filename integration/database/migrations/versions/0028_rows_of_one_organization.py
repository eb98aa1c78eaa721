"""The page sees and writes only rows of the organization that its transaction names.

A net below the filters of its queries; docs/operations/rights.md says how it works. dbt does the
same with the tables that it creates (dbt_project/macros/own_organization.sql).
"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- An id that means nothing, or every organization, in the setting below.
alter table worksights.organizations
    add check (organization_id not in ('', '*')) not valid;

-- The policy is a plain comparison: Citus refuses subqueries in policies, and the planner joins the
-- setting with a query's own filter, so that it costs one comparison per query and not per row.
do $$
declare
    found regclass;
    -- These tables are also read without an organization, by what the page's process does for all.
    queues regclass[] := array[
        'integration.causes', 'integration.connections', 'integration.mails',
        'integration.notifications', 'integration.openid_providers', 'integration.tokens',
        'pipeline.failures'
    ];
begin
    for found in
        select pg_class.oid
        from pg_class
        inner join pg_namespace on pg_namespace.oid = relnamespace
        inner join pg_attribute on attrelid = pg_class.oid and attname = 'organization_id'
        where relkind in ('r', 'p') and not attisdropped
            and has_any_column_privilege((array['page'])[1], pg_class.oid, 'select, insert, update')
    loop
        execute format('alter table %s enable row level security', found);
        execute format('create policy everything on %s using (true)', found);
        execute format(
            'create policy own_organization on %s as restrictive to page using ('
            'organization_id = current_setting(''worksights.organization'', true)%s)',
            found,
            case when found = any(queues)
                then ' or current_setting(''worksights.organization'', true) = ''*''' else ''
            end
        );
    end loop;
end
$$;

-- What has to be known across organizations. Whoever asks has the secret, the number, the address
-- or the account already, and learns only the organization, or that there is one.
create function integration.organization_of_session(secret text) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select organization_id from integration.page_sessions where session_hash = secret
);
create function integration.organization_of_link(secret text) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select organization_id from integration.sign_in_links where token_hash = secret
);
create function integration.organizations_of_email(spellings text[]) returns text[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select coalesce(array_agg(distinct organization_id), '{}') from worksights.users
    where lower(email collate "C") = any(spellings)
);
create function integration.organization_of_subscription(number bigint) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (
    select organization_id from integration.digest_subscriptions where subscription_id = number
);
-- A Zoom account is connected to one organization only.
create function integration.is_of_another(account text, organization text) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
return exists (
    select from integration.connections
    where zoom_account_id = account and organization_id <> organization
);
revoke execute on function
    integration.organization_of_session, integration.organization_of_link,
    integration.organizations_of_email, integration.organization_of_subscription,
    integration.is_of_another
from public;
grant execute on function
    integration.organization_of_session, integration.organization_of_link,
    integration.organizations_of_email, integration.organization_of_subscription,
    integration.is_of_another
to page;

-- Views of dbt get a filter instead, because they run with the rights of their owner.
delete from pipeline.built_views;
"""
