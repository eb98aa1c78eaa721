{{ config(materialized='view') }}

{# The sessions affected by a change to settings (contract, 5.13): those that ended in the period in
   which the setting applies now and did not before, or vice versa. #}

with

setting_changes as not materialized (

    select * from {{ ref('stg_pipeline__setting_changes') }}

),

changed_identities as not materialized (

    select * from {{ ref('int_changed_identities') }}

),

sessions as not materialized (

    select * from {{ ref('int_sessions') }}
    where ended_at is not null

),

legs as not materialized (

    select * from {{ ref('int_all_legs') }}

),

candidates as (

    select
        setting_changes.organization_id, sessions.session_id, setting_changes.batch,
        setting_changes.changed
    from setting_changes
    inner join sessions
        on sessions.organization_id = setting_changes.organization_id
        and sessions.zoom_account_id = setting_changes.subject
    where setting_changes.kind = 'account_time'
    union all
    select
        setting_changes.organization_id, sessions.session_id, setting_changes.batch,
        setting_changes.changed
    from setting_changes
    inner join sessions
        on sessions.organization_id = setting_changes.organization_id
        and sessions.feature = setting_changes.value
    where setting_changes.kind = 'switched_off' and setting_changes.subject = ''
    union all
    select
        setting_changes.organization_id, sessions.session_id, setting_changes.batch,
        setting_changes.changed
    from setting_changes
    inner join sessions
        on sessions.organization_id = setting_changes.organization_id
        and sessions.zoom_meeting_id = setting_changes.subject
    where setting_changes.kind = 'excluded_meeting'
    union all
    select
        changed_identities.organization_id, legs.session_id, changed_identities.batch,
        changed_identities.changed
    from changed_identities
    inner join legs
        on legs.organization_id = changed_identities.organization_id
        and legs.zoom_user_id = changed_identities.identity
    where changed_identities.known_by = 'zoom_user_id'
    union all
    select
        changed_identities.organization_id, legs.session_id, changed_identities.batch,
        changed_identities.changed
    from changed_identities
    inner join legs
        on legs.organization_id = changed_identities.organization_id
        and legs.email = changed_identities.identity
    where changed_identities.known_by = 'zoom_user_email'
    union all
    select
        changed_identities.organization_id, legs.session_id, changed_identities.batch,
        changed_identities.changed
    from changed_identities
    inner join legs
        on legs.organization_id = changed_identities.organization_id
        and legs.extension_id = changed_identities.identity
    where changed_identities.known_by = 'phone_extension_id'
    union all
    select
        changed_identities.organization_id, legs.session_id, changed_identities.batch,
        changed_identities.changed
    from changed_identities
    inner join legs
        on legs.organization_id = changed_identities.organization_id
        and legs.extension_number = changed_identities.identity
    where changed_identities.known_by = 'phone_extension_number'
    union all
    select
        changed_identities.organization_id, sessions.session_id, changed_identities.batch,
        changed_identities.changed
    from changed_identities
    inner join sessions
        on sessions.organization_id = changed_identities.organization_id
        and sessions.host_zoom_user_id = changed_identities.identity
    where changed_identities.known_by = 'zoom_user_id'
    union all
    select
        setting_changes.organization_id, legs.session_id, setting_changes.batch,
        setting_changes.changed
    from setting_changes
    inner join legs
        on legs.organization_id = setting_changes.organization_id
        and {{ function('matches_address_or_domain') }}(legs.email, setting_changes.subject)
    where setting_changes.kind = 'exclusion'
    union all
    select
        setting_changes.organization_id, legs.session_id, setting_changes.batch,
        setting_changes.changed
    from setting_changes
    inner join legs
        on legs.organization_id = setting_changes.organization_id
        and legs.display_name = setting_changes.subject
    where setting_changes.kind = 'display_name'

)

select distinct
    candidates.organization_id,
    candidates.session_id,
    candidates.batch
from candidates
inner join sessions
    on sessions.organization_id = candidates.organization_id
    and sessions.session_id = candidates.session_id
    and sessions.ended_at <@ candidates.changed
