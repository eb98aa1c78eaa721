"""The ledger of deliveries is stored by month. Its rows stay where they are: the table becomes the
first partition of a new one. Receivers insert all the time, so nothing here locks it for long.
"""

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    # Several transactions, to keep the last one short. If `migrate` is stopped in between, the next
    # one starts here again.
    autocommit = op.get_context().autocommit_block
    with autocommit():
        op.get_bind().exec_driver_sql(HELPERS)
    try:
        with autocommit():
            for statement in (REFUSE_DEPENDENTS, LIMIT_THE_FIRST_MONTHS, CHECK_THE_ROWS):
                op.get_bind().exec_driver_sql(statement)
        with op.get_bind().begin_nested():
            op.get_bind().exec_driver_sql(SQL)
    except DBAPIError:
        with autocommit():
            op.get_bind().exec_driver_sql(TAKE_BACK)
        raise


REFUSE_DEPENDENTS = "select pipeline.refuse_dependents('ingress.deliveries')"

# The limit is later than all rows, and than those that arrive until the migration ends. If
# `migrate` is killed and not repeated, deliveries after the limit are refused, so it is six months
# ahead, or two in an empty database. A clock may have been wrong, so the newest row counts, too.
LIMIT_THE_FIRST_MONTHS = """
do $$
declare
    month timestamp;
    months interval;
begin
    perform pipeline.lock_for_a_moment('ingress.deliveries');
    select
        date_trunc('month', greatest(now(), max(received_at)) at time zone 'UTC'),
        case when max(received_at) is null then interval '2 months' else interval '6 months' end
    into month, months
    from ingress.deliveries;
    alter table ingress.deliveries drop constraint if exists deliveries_earlier;
    execute format(
        'alter table ingress.deliveries add constraint deliveries_earlier '
        'check (received_at < timestamptz %L) not valid',
        to_char(month + months, 'YYYY-MM-DD HH24:MI:SS"+00"')
    );
end
$$
"""
# Reads the whole table, and blocks no insert.
CHECK_THE_ROWS = "alter table ingress.deliveries validate constraint deliveries_earlier"

# For replacing a table with another one. All but `storage_parameters` are dropped at the end.
HELPERS = """
-- Locks a table without making others wait behind it for long.
create or replace function pipeline.lock_for_a_moment(locked regclass) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
begin
    for attempt in 1..60 loop
        begin
            execute format('lock table %s in access exclusive mode', locked);
            return;
        exception when lock_not_available then
            if attempt = 60 then raise; end if;
            perform pg_sleep(0.5);
        end;
    end loop;
end
$$;

-- A table's storage parameters, as a clause of `create table`.
create or replace function pipeline.storage_parameters(of_table regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce('with (' || string_agg(option, ', ') || ')', '')
    from (
        select unnest(reloptions) as option from pg_class where oid = of_table
        union all
        select 'toast.' || unnest(toast.reloptions)
        from pg_class inner join pg_class as toast on toast.oid = pg_class.reltoastrelid
        where pg_class.oid = of_table
    ) as options
$$;

-- Fails if something would be left on the first partition only: what the table has, or what refers
-- to it, views excepted.
create or replace function pipeline.refuse_dependents(replaced regclass) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    found text;
begin
    with dependents as (
        select pg_describe_object(pg_depend.classid, pg_depend.objid, 0) as dependent
        from pg_depend
        left join pg_rewrite
            on pg_depend.classid = 'pg_rewrite'::regclass and pg_rewrite.oid = pg_depend.objid
        left join pg_class on pg_class.oid = pg_rewrite.ev_class
        where pg_depend.refclassid = 'pg_class'::regclass and pg_depend.refobjid = replaced
            and (pg_depend.deptype = 'n' or pg_depend.classid in (
                'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_statistic_ext'::regclass,
                'pg_publication_rel'::regclass))
            and pg_class.relkind is distinct from 'v'
            and not exists (  -- its own checks
                select from pg_constraint
                where pg_depend.classid = 'pg_constraint'::regclass
                    and pg_constraint.oid = pg_depend.objid
                    and pg_constraint.conrelid = replaced and pg_constraint.contype <> 'f'
            )
        union
        select 'index ' || indexrelid::regclass from pg_index
        where indrelid = replaced and indexrelid::regclass::text !~ 'deliveries_(pkey|'
            'waiting|account|received|quarantined|set_aside|batch)$'
        union
        select unnest(array[
            case when relrowsecurity or relforcerowsecurity then 'row level security' end,
            case when relreplident <> 'd' then 'its replica identity' end
        ])
        from pg_class where oid = replaced
    )
    select string_agg(dependent, ', ' order by dependent) into found from dependents;
    if found is not null then
        raise exception '% is replaced by a table that is stored by month. Drop what depends on it '
            'before the migration, and create it again afterwards: %', replaced, found;
    end if;
end
$$;

-- Statements that make the views on the table read the table that then has its name. A view that is
-- replaced keeps its owner, its grants, its comments and the views on it.
create or replace function pipeline.replacements_of_views(replaced regclass) returns text[]
language sql
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(
        format(
            'create or replace view %s %s as %s', pg_class.oid::regclass,
            'with (' || array_to_string(pg_class.reloptions, ', ') || ')',
            pg_get_viewdef(pg_class.oid)
        )
    ), '{}')
    from pg_class
    where pg_class.relkind = 'v' and exists (
        select from pg_rewrite
        inner join pg_depend
            on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = pg_rewrite.oid
        where pg_rewrite.ev_class = pg_class.oid
            and pg_depend.refclassid = 'pg_class'::regclass and pg_depend.refobjid = replaced
    )
$$;

-- Copies the comment of the replaced table to its successor, and moves the grants. Roles that
-- insert need the sequence, too.
create or replace function pipeline.take_over(replaced regclass, successor regclass, ids regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    grantee text;
    suffix text;
begin
    for one in
        select privilege_type || coalesce(' (' || quote_ident(attname) || ')', '') as privilege,
            rights_of.grantee, is_grantable
        from (
            select relacl as acl, relowner as owner, null::name as attname
            from pg_class where oid = replaced
            union all
            select attacl, relowner, attname
            from pg_attribute inner join pg_class on pg_class.oid = attrelid
            where attrelid = replaced and attnum > 0 and not attisdropped
        ) as rights
        cross join lateral aclexplode(acl) as rights_of
        where rights_of.grantee <> owner
    loop
        grantee := case one.grantee when 0 then 'public' else one.grantee::regrole::text end;
        suffix := case when one.is_grantable then ' with grant option' else '' end;
        execute format('grant %s on %s to %s%s', one.privilege, successor, grantee, suffix);
        if one.privilege like 'INSERT%' then
            execute format('grant usage on sequence %s to %s%s', ids, grantee, suffix);
        end if;
        execute format('revoke all on %s from %s cascade', replaced, grantee);
    end loop;
    execute format('comment on table %s is %L', successor, obj_description(replaced, 'pg_class'));
end
$$;

revoke execute on function pipeline.refuse_dependents, pipeline.replacements_of_views,
    pipeline.take_over, pipeline.lock_for_a_moment, pipeline.storage_parameters from public;
"""

# Only the catalog changes. Waits for those that hold a lock for long, such as an analyst's query,
# without making others wait behind it.
SQL = """
do $$
declare
    statement text;
    statements text[];
    ends_at text;
    next_id bigint;
begin
    perform set_config('lock_timeout', '200ms', true);
    for attempt in 1..120 loop
        begin
            lock table ingress.deliveries in access exclusive mode;
            perform pipeline.refuse_dependents('ingress.deliveries');
            statements := pipeline.replacements_of_views('ingress.deliveries');
            select substring(pg_get_constraintdef(oid) from $regexp$'([^']+)'$regexp$) into ends_at
            from pg_constraint
            where conrelid = 'ingress.deliveries'::regclass and conname = 'deliveries_earlier';

            alter table ingress.deliveries rename to deliveries_earlier;
            alter index ingress.deliveries_pkey rename to deliveries_earlier_pkey;
            alter index ingress.deliveries_waiting rename to deliveries_earlier_waiting;
            alter index ingress.deliveries_account rename to deliveries_earlier_account;
            alter index ingress.deliveries_received rename to deliveries_earlier_received;
            alter index ingress.deliveries_quarantined rename to deliveries_earlier_quarantined;
            alter index ingress.deliveries_set_aside rename to deliveries_earlier_set_aside;
            alter index ingress.deliveries_batch rename to deliveries_earlier_batch;

            -- Identity columns of partitioned tables need PostgreSQL 17.
            next_id := nextval(pg_get_serial_sequence('ingress.deliveries_earlier', 'delivery_id'));
            alter table ingress.deliveries_earlier alter column delivery_id drop identity;
            execute format('create sequence ingress.delivery_ids start with %s', next_id);
            alter table ingress.deliveries_earlier
                alter column delivery_id set default nextval('ingress.delivery_ids');

            -- With its checks, except for the limit.
            create table ingress.deliveries (
                like ingress.deliveries_earlier
                including all excluding identity excluding indexes excluding statistics
            ) partition by range (received_at);
            alter table ingress.deliveries drop constraint deliveries_earlier;
            alter sequence ingress.delivery_ids owned by ingress.deliveries.delivery_id;
            -- Like those of the first partition. Each partition has its own primary key, on the id
            -- alone: one on (delivery_id, received_at) would have to be built here, and the ids are
            -- unique because of their sequence.
            create index deliveries_waiting on ingress.deliveries (delivery_id)
                where disposition = 'waiting';
            create index deliveries_account on ingress.deliveries (zoom_account_id, received_at);
            create index deliveries_received on ingress.deliveries (received_at);
            create index deliveries_quarantined on ingress.deliveries (received_at)
                where disposition = 'quarantined' and body is not null;
            create index deliveries_set_aside
                on ingress.deliveries (zoom_account_id, received_at, disposition)
                include (reason)
                where disposition in ('ignored', 'unknown_account', 'quarantined');
            create index deliveries_batch on ingress.deliveries
                using brin (batch) with (autosummarize = on);
            execute format(
                'alter table ingress.deliveries attach partition ingress.deliveries_earlier '
                'for values from (minvalue) to (timestamptz %L)', ends_at
            );
            alter table ingress.deliveries_earlier drop constraint deliveries_earlier;
            execute 'create table ingress.deliveries_default partition of ingress.deliveries '
                '(primary key (delivery_id)) default '
                || pipeline.storage_parameters('ingress.deliveries_earlier');

            perform pipeline.take_over(
                'ingress.deliveries_earlier', 'ingress.deliveries', 'ingress.delivery_ids'
            );
            foreach statement in array statements loop
                execute statement;
            end loop;
            exit;
        exception when lock_not_available then
            if attempt = 120 then
                raise;
            end if;
            perform pg_sleep(0.5);
        end;
    end loop;
end
$$;

drop function pipeline.refuse_dependents, pipeline.replacements_of_views, pipeline.take_over,
    pipeline.lock_for_a_moment;
"""

# After a failure, so that it leaves nothing behind.
TAKE_BACK = """
select pipeline.lock_for_a_moment('ingress.deliveries');
alter table ingress.deliveries drop constraint if exists deliveries_earlier;
drop function pipeline.refuse_dependents, pipeline.replacements_of_views, pipeline.take_over,
    pipeline.lock_for_a_moment, pipeline.storage_parameters;
"""
