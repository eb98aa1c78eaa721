"""Creates the next month of tables that are stored by month, without the owner's login."""

from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- The times that each partition of a table covers, except for the default one.
create function pipeline.months_of(parent regclass)
returns table (partition regclass, starts_at timestamp, ends_at timestamp)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select
        pg_class.oid::regclass,
        coalesce(substring(bound from $regexp$FROM \\('([^']+)'$regexp$), '-infinity')
            ::timestamptz at time zone 'UTC',
        coalesce(substring(bound from $regexp$TO \\('([^']+)'$regexp$), 'infinity')
            ::timestamptz at time zone 'UTC'
    from pg_inherits
    inner join pg_class on pg_class.oid = inhrelid
    cross join lateral pg_get_expr(relpartbound, pg_class.oid) as bound
    where inhparent = parent and bound <> 'DEFAULT'
$$;

-- Creates the first month that the table lacks: of this month and the next three, then of those of
-- the last two years that have rows in the default partition. Rows of the month are moved from the
-- default partition into it. `key` is the column with the time, a timestamptz. Only one month is
-- created, because the default partition is locked until the end of the transaction.
create function pipeline.create_month_of(parent regclass, key name) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    this_month timestamp := date_trunc('month', now() at time zone 'UTC');
    fallback regclass;
    options text;
    has_this_month boolean;
    left_over timestamp[];
    month timestamp;
    first text;
    after text;
    rows_of_month text;
    created text;
    held bigint;
begin
    select pg_class.oid, pipeline.storage_parameters(pg_class.oid) into fallback, options
    from pg_partitioned_table
    inner join pg_class on pg_class.oid = partdefid
    where partrelid = parent;
    begin
        select count(*) > 0 into has_this_month from pipeline.months_of(parent) as known
        where known.starts_at <= this_month and this_month < known.ends_at;
        execute format(
            'select array(select distinct date_trunc(''month'', %1$I at time zone ''UTC'') '
            'from %2$s where %1$I >= $1 and %1$I < $2)', key, fallback
        ) into left_over
        using (this_month - interval '2 years') at time zone 'UTC', this_month at time zone 'UTC';
    exception when lock_not_available then
        return null;  -- somebody else needs the table now; the next night tries again
    end;
    for month in
        select generate_series(this_month, this_month + interval '3 months', interval '1 month')
        union all
        select unnest(left_over)
    loop
        select format('%I.%I', nspname, relname || to_char(month, '"_"YYYY_MM')) into created
        from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace
        where pg_class.oid = parent;
        first := to_char(month, 'YYYY-MM-DD HH24:MI:SS"+00"');
        after := to_char(month + interval '1 month', 'YYYY-MM-DD HH24:MI:SS"+00"');
        rows_of_month := format('%1$I >= %2$L and %1$I < %3$L', key, first, after);
        begin
            -- Of two processes, the second waits here and then finds the month.
            execute format('lock table only %s in share update exclusive mode', parent);
            -- A table of that name which is not a partition is a month that was detached.
            continue when to_regclass(created) is not null or exists (
                select from pipeline.months_of(parent) as known
                where known.starts_at <= month and month < known.ends_at
            );
            -- What arrives now and can only be stored in the default partition is not kept waiting
            -- while many rows are moved: that is done when this month is over.
            if not has_this_month then
                execute format(
                    'select count(*) from (select from %s where %s limit 10001) as held',
                    fallback, rows_of_month
                ) into held;
                continue when held > 10000;
            end if;
            execute format('lock table %s in access exclusive mode', fallback);
            execute format(
                'create table %s (like %s including all) %s', created, fallback, options
            );
            execute format(
                'with moved as (delete from %s where %s returning *) '
                'insert into %s select * from moved', fallback, rows_of_month, created
            );
            execute format(
                'alter table %s attach partition %s for values from (%L) to (%L)',
                parent, created, first, after
            );
            return created;
        exception when lock_not_available then
            return null;
        end;
    end loop;
    return null;
end
$$;

-- The only way in which the pipeline, which owns none of the tables, can create months. It waits
-- for no lock longer than half a second. Returns the name of the table that it created.
create function pipeline.create_month() returns text
language sql volatile security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
set lock_timeout = '500ms'
as $$
    select pipeline.create_month_of('ingress.deliveries', 'received_at')
$$;
revoke execute on function pipeline.create_month_of, pipeline.months_of, pipeline.create_month
    from public;
grant execute on function pipeline.create_month to pipeline;
"""
