{{ config(materialized='view') }}

{# The identities affected by a change to settings (contract, 5.13): Zoom user IDs, emails and
   extensions. They are those named in the setting and, through mappings and equal emails, those of
   the WorkSights user named in it. #}

with

setting_changes as not materialized (

    select * from {{ ref('stg_pipeline__setting_changes') }}

),

settings as not materialized (

    select * from {{ ref('stg_pipeline__settings') }}

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}

),

-- Addresses classified differently, and those of an exclusion that was added or removed.
changed_addresses as (

    select organization_id, batch, changed, subject as address
    from setting_changes
    where kind = 'email_address'
    union all
    select
        setting_changes.organization_id, setting_changes.batch, setting_changes.changed,
        email_addresses.address
    from setting_changes
    inner join email_addresses using (organization_id)
    where setting_changes.kind = 'exclusion'
        and {{ function('matches_address_or_domain') }}(
            email_addresses.person_key, setting_changes.subject
        )

),

changed_users as (

    select organization_id, batch, changed, subject as user_id, value as email
    from setting_changes
    where kind = 'user_email'
    union all
    select
        setting_changes.organization_id, setting_changes.batch, setting_changes.changed,
        setting_changes.subject, user_emails.value
    from setting_changes
    left join settings as user_emails
        on user_emails.organization_id = setting_changes.organization_id
        and user_emails.kind = 'user_email'
        and user_emails.subject = setting_changes.subject
    where setting_changes.kind in ('user_active', 'user_time_zone', 'paused', 'private_session')
        or (setting_changes.kind = 'switched_off' and setting_changes.subject <> '')

),

changed_zoom_users as (

    select organization_id, batch, changed, subject as zoom_user_id
    from setting_changes
    where kind ~ '^(zoom_user_(email|name|without_email)|mapping|excluded_zoom_user)$'
    union all
    select
        changed_users.organization_id, changed_users.batch, changed_users.changed,
        mappings.subject
    from changed_users
    inner join settings as mappings
        on mappings.organization_id = changed_users.organization_id
        and mappings.kind = 'mapping'
        and mappings.value = changed_users.user_id
    union all
    select emails.organization_id, emails.batch, emails.changed, zoom_users.subject
    from (
        select organization_id, batch, changed, email from changed_users
        union all
        select organization_id, batch, changed, address from changed_addresses
    ) as emails
    inner join settings as zoom_users
        on zoom_users.organization_id = emails.organization_id
        and zoom_users.kind = 'zoom_user_email'
        and zoom_users.value = emails.email
    union all
    -- A participant without an email in the session is excluded by the imported one.
    select
        setting_changes.organization_id, setting_changes.batch, setting_changes.changed,
        zoom_users.subject
    from setting_changes
    inner join settings as zoom_users
        on zoom_users.organization_id = setting_changes.organization_id
        and zoom_users.kind = 'zoom_user_email'
        and {{ function('matches_address_or_domain') }}(zoom_users.value, setting_changes.subject)
    where setting_changes.kind = 'exclusion'
    union all
    -- A participant without a name in the session has the imported one.
    select
        setting_changes.organization_id, setting_changes.batch, setting_changes.changed,
        zoom_users.subject
    from setting_changes
    inner join settings as zoom_users
        on zoom_users.organization_id = setting_changes.organization_id
        and zoom_users.kind = 'zoom_user_name'
        and zoom_users.value = setting_changes.subject
    where setting_changes.kind = 'display_name'

)

select organization_id, batch, changed, 'zoom_user_id' as known_by, zoom_user_id as identity
from changed_zoom_users
union all
select organization_id, batch, changed, kind, value
from setting_changes
where kind in ('zoom_user_email', 'phone_extension_id', 'phone_extension_number')
union all
select organization_id, batch, changed, 'zoom_user_email' as known_by, address as identity
from changed_addresses
union all
-- Whether a Zoom user was active only decides which of several users has a shared email.
select
    setting_changes.organization_id, setting_changes.batch, setting_changes.changed,
    'zoom_user_email' as known_by, emails.value as identity
from setting_changes
inner join settings as emails
    on emails.organization_id = setting_changes.organization_id
    and emails.kind = 'zoom_user_email'
    and emails.subject = setting_changes.subject
where setting_changes.kind = 'zoom_user_active'
    and exists (
        select from settings as others
        where others.organization_id = emails.organization_id
            and others.kind = 'zoom_user_email'
            and others.value = emails.value
            and others.subject <> emails.subject
    )
union all
select
    changed_zoom_users.organization_id, changed_zoom_users.batch, changed_zoom_users.changed,
    zoom_users.kind, zoom_users.value
from changed_zoom_users
inner join settings as zoom_users
    on zoom_users.organization_id = changed_zoom_users.organization_id
    and zoom_users.kind in ('zoom_user_email', 'phone_extension_id', 'phone_extension_number')
    and zoom_users.subject = changed_zoom_users.zoom_user_id
