{# Connection legs and their groups (contract, 5.4). #}

{# CTEs that end with `legs`: one row per leg in the change set, with the latest values in its own
   events (step 1), and its group before binds are applied (step 2): a participant_uuid, else a main
   leg with its breakout legs, even if the main leg has not arrived. Postgres computes only the
   columns that the model reads, provided that it reads `legs` once. #}
{% macro legs_of_events() -%}
{%- set main_leg -%}
    coalesce(case when is_breakout then 'main:' || parent_user_id end, leg_id)
{%- endset -%}
participant_events as (

    select * from {{ ref('stg_zoom__participant_events') }}
    {{ where_news() }}

),

{{ reported_by_webhooks('stg_zoom__participant_events', 'events.is_leave') }},

events_of_legs as (

    select
        participant_events.organization_id,
        participant_events.session_id,
        case
            -- The API does not report rooms: a leg is in the one that a webhook reported.
            when coalesce(reported.is_breakout, participant_events.is_breakout) then 'breakout:'
            else 'main:'
        end
        || coalesce(participant_events.leg_user_id, participant_events.participant_uuid) as leg_id,
        participant_events.leg_user_id,
        participant_events.parent_user_id,
        participant_events.participant_uuid,
        participant_events.zoom_user_id,
        participant_events.registrant_id,
        participant_events.customer_key,
        participant_events.email,
        participant_events.display_name,
        {{ recency(
            'participant_events.occurred_at', 'participant_events.is_leave',
            'participant_events.is_from_api'
        ) }} as recency,
        coalesce(reported.is_breakout, participant_events.is_breakout) as is_breakout,
        participant_events.is_leave,
        participant_events.left_waiting_room,
        participant_events.occurred_at
    from participant_events
    {{ join_reported('participant_events') }}
    where {{ unless_reported('participant_events', 'participant_events.is_leave') }}

),

legs_without_groups as (

    select
        organization_id,
        session_id,
        leg_id,
        max(leg_user_id collate "C") as leg_user_id,
        {{ highest_of_group('parent_user_id', 'recency') }},
        {{ highest_of_group('participant_uuid', 'recency') }},
        {{ latest_of_group('zoom_user_id', 'recency') }},
        {{ latest_of_group('registrant_id', 'recency') }},
        {{ latest_of_group('customer_key', 'recency') }},
        {{ latest_of_group('email', 'recency') }},
        {{ latest_of_group('display_name', 'recency') }},
        array_agg(distinct customer_key) filter (where customer_key is not null) as customer_keys,
        min(zoom_user_id collate "C") as least_zoom_user_id,
        max(zoom_user_id collate "C") as greatest_zoom_user_id,
        min(email collate "C") as least_email,
        max(email collate "C") as greatest_email,
        bool_or(is_breakout) as is_breakout,
        bool_and(is_leave and left_waiting_room) as is_waiting_room,
        min(occurred_at) filter (where not is_leave) as joined_at,
        max(occurred_at) filter (where is_leave) as left_at
    from events_of_legs
    group by organization_id, session_id, leg_id

),

legs as (

    select
        organization_id,
        session_id,
        leg_id,
        leg_user_id,
        case when is_breakout then parent_user_id end as main_user_id,
        participant_uuid,
        zoom_user_id, zoom_user_id_recency,
        registrant_id, registrant_id_recency,
        customer_key, customer_key_recency,
        email, email_recency,
        display_name, display_name_recency,
        customer_keys,
        least_zoom_user_id, greatest_zoom_user_id,
        least_email, greatest_email,
        is_breakout,
        is_waiting_room,
        joined_at,
        left_at,
        coalesce(
            'participant_uuid:' || coalesce(
                participant_uuid,
                max(participant_uuid) filter (where not is_breakout) over (
                    partition by organization_id, session_id, {{ main_leg }}
                )
            ),
            {{ main_leg }}
        ) as own_group_id
    from legs_without_groups

)
{%- endmacro %}

{# A column of a session's rows as a single join key. With three columns Postgres underestimates the
   rows of a session and compares every pair (measured: 63 s instead of 1 s for 10,000 bound
   legs). #}
{% macro in_session(column) -%}
    {%- set rows = column.split('.')[0] -%}
    array[{{ rows }}.organization_id, {{ rows }}.session_id, {{ column }}]
{%- endmacro %}
