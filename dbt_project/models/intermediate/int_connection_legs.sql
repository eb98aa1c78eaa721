{{ config(
    unique_key=['organization_id', 'session_id', 'leg_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'leg_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_user_id']},
        {'columns': ['organization_id', 'email']},
    ],
    meta={'news': 'landed'},
) }}

{# Contract, 5.4: legs, and its steps 1 to 3. What needs the settings (steps 4 and 5) is
   int_identified_legs. #}

with

participant_events as (

    select * from {{ ref('stg_zoom__participant_events') }}
    {{ where_news('landed') }}

),

events_of_legs as (

    select
        organization_id,
        session_id,
        case when is_breakout then 'breakout:' else 'main:' end
            || coalesce(leg_user_id, participant_uuid) as leg_id,
        leg_user_id,
        parent_user_id,
        participant_uuid,
        zoom_user_id,
        registrant_id,
        customer_key,
        email,
        display_name,
        {{ recency('occurred_at', 'is_leave') }} as recency,
        is_breakout,
        is_leave,
        left_waiting_room,
        occurred_at
    from participant_events

),

legs as (

    select
        organization_id,
        session_id,
        leg_id,
        max(leg_user_id) as leg_user_id,
        max(parent_user_id) as parent_user_id,
        bool_or(is_breakout) as is_breakout,
        bool_and(is_leave and left_waiting_room) as is_waiting_room,
        min(occurred_at) filter (where not is_leave) as joined_at,
        max(occurred_at) filter (where is_leave) as left_at,
        {% for fact in leg_facts() -%}
        {{ latest_of_group(fact, 'recency') }}{{ ',' if not loop.last }}
        {% endfor %}
    from events_of_legs
    group by organization_id, session_id, leg_id

),

-- A breakout leg without a participant_uuid takes its parent's; when there is none, it counts as
-- the parent's user_id.
legs_with_parents as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        case
            when legs.is_breakout
                and coalesce(legs.participant_uuid, parents.participant_uuid) is null
                then coalesce(legs.parent_user_id, legs.leg_user_id)
            else legs.leg_user_id
        end as leg_user_id,
        legs.is_breakout,
        legs.is_waiting_room,
        legs.joined_at,
        legs.left_at,
        coalesce(legs.participant_uuid, parents.participant_uuid) as participant_uuid,
        coalesce(legs.participant_uuid_recency, parents.participant_uuid_recency)
            as participant_uuid_recency,
        {% for fact in leg_facts() if fact != 'participant_uuid' -%}
        legs.{{ fact }},
        legs.{{ fact }}_recency{{ ',' if not loop.last }}
        {% endfor %}
    from legs
    left join legs as parents
        on parents.organization_id = legs.organization_id
        and parents.session_id = legs.session_id
        and parents.leg_id = 'main:' || legs.parent_user_id
        and legs.is_breakout

),

{{ filled_legs(
    'legs_by_participant', 'legs_with_parents', 'participant_uuid',
    ['zoom_user_id', 'registrant_id', 'customer_key', 'email', 'display_name']
) }},

{{ filled_legs(
    'legs_by_registrant', 'legs_by_participant', 'registrant_id',
    ['zoom_user_id', 'email']
) }},

{{ filled_legs(
    'legs_by_customer_key', 'legs_by_registrant', 'customer_key',
    ['zoom_user_id', 'email']
) }}

select
    organization_id,
    session_id,
    leg_id,
    leg_user_id,
    participant_uuid,
    zoom_user_id,
    registrant_id,
    customer_key,
    email,
    display_name,
    zoom_user_id_recency,
    email_recency,
    display_name_recency,
    is_breakout,
    is_waiting_room,
    joined_at,
    left_at
from legs_by_customer_key
