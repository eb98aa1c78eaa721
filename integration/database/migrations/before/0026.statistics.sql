-- Autovacuum looks at tables once a minute. A batch that has just landed or derived many rows would be planned as if
-- there were none: each participant was compared with every address (0.9 s instead of 0.1 s of 20,000 events).
-- depends: 0025.settings-of-organizations
create function pipeline.analyze_grown(tables regclass[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    grown regclass;
begin
    for grown in
        select oid from pg_class
        where oid = any(tables) and relkind = 'r'
            and pg_relation_size(oid) / current_setting('block_size')::integer > 1.2 * relpages + 8
    loop
        execute format('analyze %s', grown);
    end loop;
end
$$;

revoke execute on function pipeline.analyze_grown(regclass[]) from public;
grant execute on function pipeline.analyze_grown(regclass[]) to pipeline;
