{{ config(
    unique_key=['organization_id', 'session_id', 'leg_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'leg_id'], 'unique': true}],
) }}

{# Contract, 5.4: steps 4 and 5, and which legs are one participant; 5.7: how a side of a call is
   identified. Only for ended sessions. #}

with

legs as (

    select * from {{ ref('int_all_legs') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}
    where ended_at is not null

),

settings as not materialized (

    select * from {{ ref('stg_pipeline__settings') }}

),

-- The Zoom user who had the extension in this account, or the email in an import, when the session
-- ended: the session's own account first, then active users.
legs_with_imported_users as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        legs.side,
        legs.leg_user_id,
        legs.participant_uuid,
        coalesce(legs.zoom_user_id, imported.zoom_user_id) as zoom_user_id,
        legs.registrant_id,
        legs.customer_key,
        legs.email,
        legs.display_name,
        legs.affiliation,
        legs.zoom_user_id_recency, legs.email_recency, legs.display_name_recency,
        legs.is_breakout, legs.is_waiting_room,
        legs.joined_at, legs.left_at
    from legs
    inner join sessions using (organization_id, session_id)
    left join lateral (
        select settings.subject as zoom_user_id
        from settings
        where settings.organization_id = legs.organization_id
            and settings.valid @> sessions.ended_at
            and (settings.kind, settings.value) in (
                ('phone_extension_id', legs.extension_id),
                ('phone_extension_number', legs.extension_number),
                ('zoom_user_email', legs.email)
            )
            and (
                settings.kind = 'zoom_user_email'
                or settings.zoom_account_id = sessions.zoom_account_id
            )
        order by
            settings.kind,  -- phone_extension_id, phone_extension_number, zoom_user_email
            settings.zoom_account_id = sessions.zoom_account_id desc,
            {{ zoom_user_was_active('settings') }} desc,
            settings.subject collate "C"
        limit 1
    ) as imported on legs.zoom_user_id is null

),

identified_legs as (

    select
        organization_id,
        session_id,
        leg_id,
        side,
        leg_user_id,
        participant_uuid,
        {{ filled('zoom_user_id', "(case when side is null then email end)") }},
        registrant_id,
        customer_key,
        email,
        display_name,
        affiliation,
        email_recency,
        display_name_recency,
        is_breakout,
        is_waiting_room,
        joined_at,
        left_at
    from legs_with_imported_users

),

-- The first of these that is known; never the display name.
participant_keys as (

    select
        organization_id,
        session_id,
        leg_id,
        side,
        coalesce(
            case when side is not null then 'side:' || leg_id end,
            'zoom_user_id:' || zoom_user_id,
            'email:' || email,
            'registrant_id:' || registrant_id,
            'customer_key:' || customer_key,
            'participant_uuid:' || participant_uuid,
            'user_id:' || leg_user_id
        ) as participant_key,
        zoom_user_id,
        email,
        display_name,
        affiliation,
        email_recency,
        display_name_recency,
        is_breakout,
        is_waiting_room,
        joined_at,
        left_at
    from identified_legs

)

select
    organization_id,
    session_id,
    leg_id,
    md5(session_id || ' ' || participant_key) as participant_id,
    side,
    zoom_user_id,
    email,
    display_name,
    affiliation,
    email_recency,
    display_name_recency,
    is_breakout,
    is_waiting_room,
    joined_at,
    left_at
from participant_keys
