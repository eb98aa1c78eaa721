{{ config(
    unique_key=['organization_id', 'session_id', 'group_id', 'linked_group_id'],
    indexes=[
        {
            'columns': ['organization_id', 'session_id', 'group_id', 'linked_group_id'],
            'unique': true,
        },
    ],
) }}
{{ change_set('landed') }}

{# Contract, 5.4, step 2: a leg and the leg named in its latest bind. #}

with

{{ legs_of_events() }},

binds as (

    select * from {{ ref('stg_zoom__binds') }}
    {{ where_news() }}

),

-- Binds name a leg by its user_id or by its participant_uuid.
names as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        named.leg_name,
        legs.own_group_id as group_id
    from legs
    cross join lateral (
        values
            ('user_id:' || legs.leg_user_id),
            ('participant_uuid:' || legs.participant_uuid)
    ) as named (leg_name)
    where named.leg_name is not null

),

named_binds as (

    select
        organization_id,
        session_id,
        coalesce('user_id:' || leg_user_id, 'participant_uuid:' || participant_uuid) as leg_name,
        coalesce(
            'user_id:' || bound_leg_user_id, 'participant_uuid:' || bound_participant_uuid
        ) as bound_leg_name,
        occurred_at
    from binds

),

latest_binds as (

    select distinct on (names.organization_id, names.session_id, names.leg_id)
        names.organization_id,
        names.session_id,
        names.leg_id,
        names.group_id,
        named_binds.bound_leg_name
    from named_binds
    inner join names
        on {{ in_session('names.leg_name') }} = {{ in_session('named_binds.leg_name') }}
    order by
        names.organization_id,
        names.session_id,
        names.leg_id,
        named_binds.occurred_at desc,
        named_binds.bound_leg_name collate "C" desc nulls last

),

linked_groups as (

    select
        latest_binds.organization_id,
        latest_binds.session_id,
        latest_binds.group_id,
        bound_legs.group_id as linked_group_id
    from latest_binds
    inner join names as bound_legs
        on {{ in_session('bound_legs.leg_name') }}
            = {{ in_session('latest_binds.bound_leg_name') }}

),

both_ways as (

    select
        organization_id,
        session_id,
        group_id,
        linked_group_id
    from linked_groups
    union
    select
        organization_id,
        session_id,
        linked_group_id as group_id,
        group_id as linked_group_id
    from linked_groups

)

select
    organization_id,
    session_id,
    group_id,
    linked_group_id
from both_ways
where group_id <> linked_group_id
