{{ config(
    unique_key=['organization_id', 'session_id', 'leg_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'leg_id'], 'unique': true}],
) }}

{# Contract, 5.4: steps 4 and 5, and which legs are one participant. Only ended sessions have any. #}

with

legs as (

    select * from {{ ref('int_connection_legs') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}
    where ended_at is not null

),

zoom_user_emails as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'zoom_user_email'

),

-- An email that was an imported Zoom user's when the session ended gives that Zoom user.
legs_with_imported_users as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        legs.leg_user_id,
        legs.participant_uuid,
        coalesce(legs.zoom_user_id, imported.zoom_user_id) as zoom_user_id,
        legs.registrant_id,
        legs.customer_key,
        legs.email,
        legs.display_name,
        legs.zoom_user_id_recency,
        legs.email_recency,
        legs.display_name_recency,
        legs.is_breakout,
        legs.is_waiting_room,
        legs.joined_at,
        legs.left_at
    from legs
    inner join sessions
        on sessions.organization_id = legs.organization_id
        and sessions.session_id = legs.session_id
    left join lateral (
        select zoom_user_emails.subject as zoom_user_id
        from zoom_user_emails
        where zoom_user_emails.organization_id = legs.organization_id
            and zoom_user_emails.value = legs.email
            and zoom_user_emails.valid @> sessions.ended_at
        order by
            zoom_user_emails.zoom_account_id = sessions.zoom_account_id desc,
            zoom_user_emails.subject collate "C"
        limit 1
    ) as imported on legs.zoom_user_id is null

),

identified_legs as (

    select
        organization_id,
        session_id,
        leg_id,
        leg_user_id,
        participant_uuid,
        {{ filled('zoom_user_id', 'email') }},
        registrant_id,
        customer_key,
        email,
        display_name,
        email_recency,
        display_name_recency,
        is_breakout,
        is_waiting_room,
        joined_at,
        left_at
    from legs_with_imported_users

),

-- The first of these that is present; never the display name.
participant_keys as (

    select
        organization_id,
        session_id,
        leg_id,
        coalesce(
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
    zoom_user_id,
    email,
    display_name,
    email_recency,
    display_name_recency,
    is_breakout,
    is_waiting_room,
    joined_at,
    left_at
from participant_keys
