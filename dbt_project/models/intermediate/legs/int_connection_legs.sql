{{ config(
    unique_key=['organization_id', 'session_id', 'leg_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'leg_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_user_id']},
        {'columns': ['organization_id', 'email']},
    ],
) }}
{{ change_set('landed') }}

{# Contract, 5.4: legs, and steps 1 to 3. Steps 4 and 5, which need the settings, are in
   int_participant_legs. #}

with

leg_groups as (

    select * from {{ ref('int_leg_groups') }}
    {{ where_news() }}

),

{{ legs_of_events() }},

legs_with_groups as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        coalesce(leg_groups.bound_group_id, legs.own_group_id) as group_id,
        coalesce(legs.main_user_id, legs.leg_user_id) as leg_user_id,
        legs.participant_uuid,
        legs.zoom_user_id, legs.zoom_user_id_recency,
        legs.registrant_id, legs.registrant_id_recency,
        legs.customer_key, legs.customer_key_recency,
        legs.email, legs.email_recency,
        legs.display_name, legs.display_name_recency,
        legs.customer_keys,
        legs.least_zoom_user_id, legs.greatest_zoom_user_id,
        legs.least_email, legs.greatest_email,
        legs.is_breakout, legs.is_waiting_room,
        legs.joined_at, legs.left_at
    from legs
    left join leg_groups
        on {{ in_session('leg_groups.group_id') }} = {{ in_session('legs.own_group_id') }}

),

{{ shared_keys_of('legs_with_groups') }},

-- A group is treated as one participant_uuid or, if it has none, as one user_id.
legs_by_group as (

    select
        organization_id,
        session_id,
        leg_id,
        min(leg_user_id collate "C") over one_group as leg_user_id,
        min(participant_uuid collate "C") over one_group as participant_uuid,
        {{ filled('zoom_user_id', 'group_id') }},
        {{ filled('registrant_id', 'group_id') }},
        {{ filled('customer_key', 'group_id') }},
        {{ filled('email', 'group_id') }},
        {{ filled('display_name', 'group_id') }},
        is_breakout, is_waiting_room,
        joined_at, left_at
    from legs_with_groups
    window one_group as (partition by organization_id, session_id, group_id)

),

legs_by_registrant as (

    select
        organization_id, session_id, leg_id, leg_user_id, participant_uuid,
        {{ filled('zoom_user_id', 'registrant_id') }},
        registrant_id,
        customer_key,
        {{ filled('email', 'registrant_id') }},
        display_name, display_name_recency,
        is_breakout, is_waiting_room,
        joined_at, left_at
    from legs_by_group

),

legs_with_personal_keys as (

    select
        legs_by_registrant.organization_id,
        legs_by_registrant.session_id,
        legs_by_registrant.leg_id,
        legs_by_registrant.leg_user_id,
        legs_by_registrant.participant_uuid,
        legs_by_registrant.zoom_user_id, legs_by_registrant.zoom_user_id_recency,
        legs_by_registrant.registrant_id,
        case when shared_keys.customer_key is null then legs_by_registrant.customer_key end
            as customer_key,
        legs_by_registrant.email, legs_by_registrant.email_recency,
        legs_by_registrant.display_name, legs_by_registrant.display_name_recency,
        legs_by_registrant.is_breakout, legs_by_registrant.is_waiting_room,
        legs_by_registrant.joined_at, legs_by_registrant.left_at
    from legs_by_registrant
    left join shared_keys
        on {{ in_session('shared_keys.customer_key') }}
            = {{ in_session('legs_by_registrant.customer_key') }}

),

legs_by_customer_key as (

    select
        organization_id, session_id, leg_id, leg_user_id, participant_uuid,
        {{ filled('zoom_user_id', 'customer_key') }},
        registrant_id,
        customer_key,
        {{ filled('email', 'customer_key') }},
        display_name, display_name_recency,
        is_breakout, is_waiting_room,
        joined_at, left_at
    from legs_with_personal_keys

)

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
    -- The pseudonym of an erased person contains their affiliation, if it was known.
    substring(participant_uuid from '^erased-(internal|external)-') as affiliation,
    zoom_user_id_recency,
    email_recency,
    display_name_recency,
    is_breakout,
    is_waiting_room,
    joined_at,
    left_at
from legs_by_customer_key
