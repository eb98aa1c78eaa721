"""What the app's event subscription lacks for an account, as Zoom last said, and which events
arrive, whatever was granted; and days that should be healed.
"""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- The hour (UTC) of the last webhook of each account and event. Read before any table is locked.
create temporary table received on commit drop as
select zoom_account_id, jsonb_object_agg(event, hour) as events
from (
    select
        zoom_account_id, event,
        to_char(max(first_received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24":00:00Z"') as hour
    from zoom_raw.events
    where source = 'webhook'
    group by zoom_account_id, event
) as by_event
group by zoom_account_id;

alter table integration.connections
    -- A list of the needed events that no subscription sends here; null: not known.
    add column missing_events jsonb,
    add column subscription_detail text,  -- why it is not known, or why all are missing
    add column subscription_is_ours boolean not null default false,  -- created through the API
    add column subscription_read_at timestamptz,
    -- Features whose events Zoom does not allow the app of `connect --subscribe`.
    add column features_left_out jsonb not null default '[]',
    -- Event -> the hour in which a webhook of it last arrived.
    add column received_events jsonb not null default '{}',
    add column lacks_phone boolean not null default false;  -- Zoom says that it has no Zoom Phone
update integration.connections
set lacks_phone = phone_detail is not null,
    received_events = coalesce(
        (
            select events from received
            where received.zoom_account_id = connections.zoom_account_id
        ),
        '{}'
    )
where disconnected_at is null;
grant update (
    missing_events, subscription_detail, subscription_is_ours, subscription_read_at
) on integration.connections to page, pipeline;
grant update (features_left_out) on integration.connections to page;
grant update (received_events, lacks_phone) on integration.connections to pipeline;

-- When an account was connected again with fewer permissions than before.
alter table integration.tokens add column scope_reduced_at timestamptz;

-- The page may not read what healing does, and has to report days that should be healed by now: see
-- integration/healing/days.py. Refused sources are reported as such. The log of webhooks does not
-- count, because the other sources find most of what it contains.
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
        and connections.disconnected_at is null
        and connections.users_imported_at is not null
        and days.day >= (connections.connected_at at time zone 'UTC')::date
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
grant execute on function integration.unhealed_days to page;
"""
