-- How tables are kept: which code derived them, their shape, and how replicas recognize their rows.
-- depends: 0015.failures

-- The code that each model has now; `progress.fingerprint` is the code that its table was derived with.
create table pipeline.model_code (
    model text primary key,
    fingerprint text not null
);
alter table pipeline.progress
    add column fingerprint text,
    add column rows_inserted bigint,
    add column rows_deleted bigint;

-- `failed_at`: since when; `tried_at`: when it was tried last.
alter table pipeline.failures add column tried_at timestamptz not null default clock_timestamp();

-- Gives a table the columns of another one. What stands on a column that goes (a view) goes with it. Returns whether
-- anything was different.
create function pipeline.match_columns(target regclass, wanted regclass) returns boolean
language plpgsql as $$
declare
    difference record;
    is_different boolean := false;
begin
    for difference in
        select
            column_name, present.data_type as present_type, wanted_columns.data_type as wanted_type
        from (
            select attname as column_name, format_type(atttypid, atttypmod) as data_type
            from pg_attribute where attrelid = target and attnum > 0 and not attisdropped
        ) as present
        full outer join (
            select attname as column_name, format_type(atttypid, atttypmod) as data_type
            from pg_attribute where attrelid = wanted and attnum > 0 and not attisdropped
        ) as wanted_columns using (column_name)
        where present.data_type is distinct from wanted_columns.data_type
    loop
        if difference.present_type is not null then
            execute format('alter table %s drop column %I cascade', target, difference.column_name);
        end if;
        if difference.wanted_type is not null then
            execute format(
                'alter table %s add column %I %s', target, difference.column_name, difference.wanted_type
            );
        end if;
        is_different := true;
    end loop;
    return is_different;
end
$$;

-- Whether a table has an index on just these columns.
create function pipeline.index_of(target regclass, columns text[]) returns regclass
language sql stable
return (
    select indexes.indexrelid::regclass
    from pg_index as indexes
    where indexes.indrelid = target
        and indexes.indpred is null
        and columns = (
            select array_agg(attributes.attname::text order by keys.position)
            from unnest(indexes.indkey::smallint[]) with ordinality as keys (attnum, position)
            inner join pg_attribute as attributes
                on attributes.attrelid = target and attributes.attnum = keys.attnum
        )
    order by indexes.indisprimary desc, indexes.indisunique desc, indexes.indexrelid
    limit 1
);

-- A publication of deletions needs to know which row is meant. These tables have no key.
alter table pipeline.setting_changes replica identity full;
alter table pipeline.changed_months replica identity full;

grant select, insert, update, delete on pipeline.model_code to pipeline;
