{{ config(
    unique_key=['organization_id', 'session_id'],
    indexes=[{'columns': ['organization_id', 'session_id'], 'unique': true}],
) }}

{# Contract, 5.3: a session is counted if its account was connected when it ended. #}

with

sessions as (

    select * from {{ ref('int_sessions') }}
    {{ where_news() }}

),

account_times as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'account_time'

)

select
    sessions.organization_id,
    sessions.session_id,
    case account_times.value
        when 'connected' then 'counted'
        when 'disconnected' then 'after_disconnection'
        else 'before_connection'
    end as connection_state
from sessions
left join account_times
    on account_times.organization_id = sessions.organization_id
    and account_times.subject = sessions.zoom_account_id
    and account_times.valid @> sessions.ended_at
where sessions.ended_at is not null
