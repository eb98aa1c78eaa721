{{ config(
    unique_key=['organization_id', 'session_id', 'participant_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'participant_id'], 'unique': true}],
) }}

{# Contract, 5.8: which WorkSights user a participant was mapped to when the session ended, and
   whether they keep the session private (5.17). #}

with

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

settings as not materialized (

    select * from {{ ref('stg_pipeline__settings') }}

),

manual_mappings as (

    select * from settings
    where kind = 'mapping'

),

participants_with_manual_mapping as (

    select
        participants.organization_id,
        participants.session_id,
        participants.participant_id,
        participants.imported_email,
        manual.value as manual_user_id,  -- '' is "nobody"
        sessions.ended_at
    from participants
    inner join sessions
        on sessions.organization_id = participants.organization_id
        and sessions.session_id = participants.session_id
    left join lateral (
        {{ at_session_end('manual_mappings', 'participants', 'participants.zoom_user_id') }}
    ) as manual on true

),

-- Only an imported Zoom user's email is matched. If several users had it, the one who was active
-- wins.
mapped as (

    select
        participants_with_manual_mapping.organization_id,
        participants_with_manual_mapping.session_id,
        participants_with_manual_mapping.participant_id,
        nullif(coalesce(participants_with_manual_mapping.manual_user_id, by_email.user_id), '')
            as user_id,
        case
            when participants_with_manual_mapping.manual_user_id is not null then 'manual'
            when by_email.user_id is not null then 'email'
        end as mapped_by,
        participants_with_manual_mapping.ended_at
    from participants_with_manual_mapping
    left join lateral (
        select user_emails.subject as user_id
        from settings as user_emails
        left join settings as activity
            on activity.organization_id = user_emails.organization_id
            and activity.kind = 'user_active'
            and activity.subject = user_emails.subject
            and activity.valid @> participants_with_manual_mapping.ended_at
        where user_emails.organization_id = participants_with_manual_mapping.organization_id
            and user_emails.kind = 'user_email'
            and user_emails.value = participants_with_manual_mapping.imported_email
            and user_emails.valid @> participants_with_manual_mapping.ended_at
        order by activity.subject is null, user_emails.subject collate "C"
        limit 1
    ) as by_email on participants_with_manual_mapping.manual_user_id is null

)

select
    mapped.organization_id,
    mapped.session_id,
    mapped.participant_id,
    mapped.user_id,
    mapped.mapped_by,
    exists (
        select from settings as activity
        where activity.organization_id = mapped.organization_id
            and activity.kind = 'user_active'
            and activity.subject = mapped.user_id
            and activity.valid @> mapped.ended_at
    ) as is_user_active,
    exists (
        select from settings as pauses
        where pauses.organization_id = mapped.organization_id
            and pauses.kind in ('paused', 'private_session')
            and pauses.subject = mapped.user_id
            and pauses.value in ('', mapped.session_id)
            and pauses.valid @> mapped.ended_at
    ) as is_paused
from mapped
