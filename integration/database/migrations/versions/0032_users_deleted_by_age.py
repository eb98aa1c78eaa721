"""Deletes users who were deactivated long ago, without giving the pipeline rights on all users."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- Deletes the organization's rows with one of these texts, each of which has to name one of these
-- users; or, if `is_emptied`, sets the column to `emptied`. The pipeline does this for every column
-- in the registry of personal data, but may not delete other users or what names them.
create function integration.remove_deactivated_users(
    organization text, users text[], relation regclass, attribute name, texts text[],
    is_emptied boolean, emptied text
) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    has_organization boolean;
    removed bigint;
begin
    if exists (
        select from unnest(users) as wanted (user_id)
        left join worksights.users as known
            on known.organization_id = organization and known.user_id = wanted.user_id
        where known.deactivated_at is null or known.deactivated_at > now() - interval '1 month'
    ) then
        raise insufficient_privilege
            using message = 'One of these users was not deactivated more than a month ago.';
    end if;
    -- A trigger of another login's table would run with the owner's rights.
    if not exists (
        select from pg_class where oid = relation and relowner = current_user::regrole
    ) then
        raise insufficient_privilege using message = 'This table is not the owner''s.';
    end if;
    has_organization := exists (
        select from pg_attribute
        where attrelid = relation and attname = 'organization_id' and not attisdropped
    );
    execute format(
        case when is_emptied then 'update %1$s set %2$I = %3$L' else 'delete from %1$s' end
            || case
                when has_organization then ' where organization_id = $1'
                else
                    ' where zoom_account_id in (select zoom_account_id '
                    'from integration.connections where organization_id = $1)'
            end
            || ' and %2$I::text = any($2) and exists (select from unnest($3) as named (user_id) '
            'where strpos(%2$I::text, named.user_id) > 0)',
        relation, attribute, emptied
    ) using organization, texts, users;
    get diagnostics removed = row_count;
    return removed;
end;
$function$;
revoke execute on function integration.remove_deactivated_users from public;
grant execute on function integration.remove_deactivated_users to pipeline;
"""
