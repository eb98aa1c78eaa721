{# Contract, 5.13: all settings and facts, each with the periods in which it applies.
   pipeline.settings is the copy that the marts were last derived from; a batch processes the
   differences. #}

with

facts as (

    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('connection_periods') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('zoom_user_profiles') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('zoom_user_activity') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('zoom_users_without_email') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('phone_extensions') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('user_emails') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('user_activity') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('user_time_zones') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('manual_mappings') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('switches_off') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('pauses') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('exclusions') }}
    union all
    select organization_id, kind, subject, value, zoom_account_id, valid
    from {{ ref('identity_rules') }}

)

select
    organization_id,
    kind,
    subject,
    value,
    zoom_account_id,
    valid
from facts
where not isempty(valid)
    -- A setting from before texts were limited may be longer than a row of an index can be.
    and octet_length(organization_id) + octet_length(kind) + octet_length(subject)
    + octet_length(value) + octet_length(zoom_account_id) <= 2400
