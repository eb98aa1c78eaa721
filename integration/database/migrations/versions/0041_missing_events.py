"""What the app's event subscription lacks for an account, as Zoom last said, and which events
arrive, whatever was granted; and days that should be healed.
"""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    # Several transactions: nothing is locked while the events are read, and each table is locked
    # for a moment, without the other. If `migrate` is stopped in between, the next one starts here
    # again.
    autocommit = op.get_context().autocommit_block
    with autocommit():
        op.get_bind().exec_driver_sql(READ_RECEIVED)
    for table, columns in COLUMNS.items():
        with autocommit():
            op.get_bind().exec_driver_sql(
                ADD_COLUMNS.replace("TABLE", table).replace("COLUMNS", columns)
            )
    op.get_bind().exec_driver_sql(SQL)


# The hour (UTC) of the last webhook of each account and event.
READ_RECEIVED = """
drop table if exists pg_temp.received;
create temporary table received as
select zoom_account_id, jsonb_object_agg(event, hour) as events
from (
    select
        zoom_account_id, event,
        to_char(max(first_received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24":00:00Z"') as hour
    from zoom_raw.events
    where source = 'webhook'
    group by zoom_account_id, event
) as by_event
group by zoom_account_id
"""

COLUMNS = {
    # When an account was connected again with fewer permissions than before.
    "integration.tokens": "add column if not exists scope_reduced_at timestamptz",
    "integration.connections": """
        -- A list of the needed events that no subscription sends here; null: not known.
        add column if not exists missing_events jsonb,
        -- Why it is not known, or why all are missing.
        add column if not exists subscription_detail text,
        -- Created through the API.
        add column if not exists subscription_is_ours boolean not null default false,
        add column if not exists subscription_read_at timestamptz,
        -- A list of the features whose events Zoom does not allow the app of `connect --subscribe`.
        add column if not exists features_left_out jsonb not null default '[]',
        -- Event -> the hour in which a webhook of it last arrived.
        add column if not exists received_events jsonb not null default '{}',
        -- Zoom says that it has no Zoom Phone.
        add column if not exists lacks_phone boolean not null default false,
        -- The day of the update to a product that heals; null: it always could.
        add column if not exists healed_since date
    """,
}
# Waits for those that hold a lock for long, such as an analyst's query, without making others wait
# behind it.
ADD_COLUMNS = """
do $$
begin
    perform set_config('lock_timeout', '200ms', true);
    for attempt in 1..120 loop
        begin
            alter table TABLE COLUMNS;
            exit;
        exception when lock_not_available then
            if attempt = 120 then
                raise;
            end if;
            perform pg_sleep(0.5);
        end;
    end loop;
end
$$
"""

SQL = """
update integration.connections
set lacks_phone = phone_detail is not null,
    healed_since = (now() at time zone 'UTC')::date,
    received_events = coalesce(
        (
            select events from received
            where received.zoom_account_id = connections.zoom_account_id
        ),
        '{}'
    )
where disconnected_at is null;
drop table received;
grant update (
    missing_events, subscription_detail, subscription_is_ours, subscription_read_at
) on integration.connections to page, pipeline;
grant update (features_left_out) on integration.connections to page;
grant update (received_events, lacks_phone) on integration.connections to pipeline;

-- The page may not read what healing does, and like `status` has to report days that should be
-- healed by now: see integration/healing/days.py. Refused sources are reported as such. The log of
-- webhooks does not count: if ZOOM_APP_ID is not set, nobody reads it.
create function integration.unhealed_days(first_day date, last_day date)
returns table (accounts bigint, oldest_day date)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select count(distinct connections.zoom_account_id), min(days.day)::date
    from integration.connections
    cross join generate_series(
        first_day::timestamp, last_day::timestamp, interval '1 day'
    ) as days (day)
    cross join unnest(array['meetings', 'phone']) as sources (source)
    left join zoom_raw.healed_days
        on healed_days.day = days.day::date
        and healed_days.day between first_day and last_day
        and healed_days.organization_id = connections.organization_id
        and healed_days.zoom_account_id = connections.zoom_account_id
        and healed_days.source = sources.source
    where healed_days.compared_after_batch is null
        -- Lost access is a problem of its own.
        and connections.status = 'active'
        and connections.users_imported_at is not null
        -- Earlier days are healed too, as time allows: a large installation needs many hours.
        and days.day >= greatest(
            connections.healed_since, (connections.connected_at at time zone 'UTC')::date
        )
        and (sources.source <> 'phone' or not connections.lacks_phone)
        and not exists (
            select from integration.refused_sources as refused
            where refused.organization_id = connections.organization_id
                and refused.zoom_account_id = connections.zoom_account_id
                and refused.source = sources.source
        )
        and (
            select value = 'held' from integration.privacy_settings
            where privacy_settings.organization_id = connections.organization_id
                and name = 'processing'
            order by changed_at desc, setting_id desc
            limit 1
        ) is not true
$$;
revoke execute on function integration.unhealed_days from public;
grant execute on function integration.unhealed_days to page, pipeline;
"""
