{# Contract, 5.3: when a Zoom account was connected, and when it was disconnected again. Before its
   first connection it was neither. #}

with

connected as (

    select
        organization_id,
        zoom_account_id,
        min(connected_at) as first_connected_at,
        range_agg(
            tstzrange(
                connected_at,
                case
                    when disconnected_at is not null then greatest(connected_at, disconnected_at)
                end
            )
        ) as connected_times
    from {{ source('integration', 'connections') }}
    group by organization_id, zoom_account_id

)

select
    connected.organization_id,
    'account_time' as kind,
    connected.zoom_account_id as subject,
    periods.value,
    connected.zoom_account_id,
    periods.valid
from connected
cross join lateral (
    values
    ('connected', connected.connected_times),
    (
        'disconnected',
        tstzmultirange(tstzrange(connected.first_connected_at, null)) - connected.connected_times
    )
) as periods (value, valid)
