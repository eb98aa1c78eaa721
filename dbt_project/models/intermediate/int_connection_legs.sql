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
   int_identified_legs. #}

with

leg_groups as (

    select * from {{ ref('int_leg_groups') }}
    {{ where_news() }}

),

{{ legs_of_events(leg_facts()) }},

legs_with_groups as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        coalesce(leg_groups.bound_group_id, legs.own_group_id) as group_id,
        coalesce(legs.main_user_id, legs.leg_user_id) as leg_user_id,
        legs.participant_uuid,
        legs.customer_keys,
        legs.least_zoom_user_id,
        legs.greatest_zoom_user_id,
        legs.least_email,
        legs.greatest_email,
        {{ facts_of_legs('legs') }}
    from legs
    left join leg_groups
        on {{ in_session('leg_groups.group_id') }} = {{ in_session('legs.own_group_id') }}

),

-- A group is treated as one participant_uuid or, if it has none, as one user_id.
grouped_legs as (

    select
        organization_id,
        session_id,
        leg_id,
        group_id,
        min(leg_user_id collate "C") over one_group as leg_user_id,
        min(participant_uuid collate "C") over one_group as participant_uuid,
        {{ facts_of_legs('legs_with_groups') }}
    from legs_with_groups
    window one_group as (partition by organization_id, session_id, group_id)

),

keys_of_legs as (

    select
        legs_with_groups.organization_id,
        legs_with_groups.session_id,
        keys.customer_key,
        legs_with_groups.group_id,
        legs_with_groups.least_zoom_user_id,
        legs_with_groups.greatest_zoom_user_id,
        legs_with_groups.least_email,
        legs_with_groups.greatest_email,
        -- In this collation only ASCII letters have a lower case.
        lower(legs_with_groups.display_name collate "C") as display_name
    from legs_with_groups
    cross join lateral unnest(legs_with_groups.customer_keys) as keys (customer_key)

),

-- Some apps give everyone the same key. A key is ignored if the own events of two groups have it
-- with different Zoom users, emails or names.
keys_of_several as (

    select
        organization_id,
        session_id,
        customer_key
    from keys_of_legs
    group by organization_id, session_id, customer_key
    having
        {{ differs_between_groups('least_zoom_user_id', 'greatest_zoom_user_id') }}
        or {{ differs_between_groups('least_email', 'greatest_email') }}
        or {{ differs_between_groups('display_name', 'display_name') }}

),

{{ filled_legs('legs_by_group', 'grouped_legs', 'group_id', leg_facts()) }},

legs_with_personal_keys as (

    select
        legs_by_group.organization_id,
        legs_by_group.session_id,
        legs_by_group.leg_id,
        legs_by_group.group_id,
        legs_by_group.leg_user_id,
        legs_by_group.participant_uuid,
        case
            when keys_of_several.customer_key is null then legs_by_group.customer_key
        end as customer_key,
        legs_by_group.customer_key_recency,
        {{ facts_of_legs('legs_by_group', without='customer_key') }}
    from legs_by_group
    left join keys_of_several
        on {{ in_session('keys_of_several.customer_key') }}
            = {{ in_session('legs_by_group.customer_key') }}

),

{{ filled_legs(
    'legs_by_registrant', 'legs_with_personal_keys', 'registrant_id', ['zoom_user_id', 'email']
) }},

{{ filled_legs(
    'legs_by_customer_key', 'legs_by_registrant', 'customer_key', ['zoom_user_id', 'email']
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
