-- A batch holds the writer's lock (72010002) in one session, and dbt writes in another. Where the first one is ended (a
-- restart of a proxy, a time-out of the server), the second one must not go on beside the next writer: each model
-- asks first, in its own transaction, and the next writer waits for the model that is under way (72010003).
-- depends: 0027.reads
create function pipeline.act_as_writer() returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    writer text := current_setting('pipeline.writer', true);
begin
    if coalesce(writer, '') = '' then
        return;  -- dbt was started by hand
    end if;
    perform pg_advisory_xact_lock_shared(72010003);
    if not exists (
        select from pg_locks
        where locktype = 'advisory' and classid = 0 and objid = 72010002 and objsubid = 1 and granted
            and pid = writer::integer
            and database = (select oid from pg_database where datname = current_database())
    ) then
        raise exception 'The connection that held the writer''s lock has ended, so nothing is written any more. '
            'The next batch takes the work up.';
    end if;
end
$$;

grant execute on function pipeline.act_as_writer to pipeline;
