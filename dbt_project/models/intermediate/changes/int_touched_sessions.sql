{{ config(
    incremental_strategy='append',
    indexes=[{'columns': ['batch']}],
    pre_hook="{{ delete_used_news() }}",
) }}
{{ change_set('organizations', ['organization_id']) }}

{# The change set of a batch, from every source (contract, 5.13). Rows are deleted once every model
   has processed them. #}

with

changed_sessions as (

    select * from {{ ref('int_changed_sessions') }}
    where batch > {{ progress() }}

),

-- Sessions that reached 24 hours without an `ended` event between the last batch and this one.
due_sessions as (

    select * from {{ ref('int_sessions') }}
    where due_at > {{ time_of_progress() }} and due_at <= {{ batch_time() }}

),

sessions_touched_by_settings as (

    select * from {{ ref('int_sessions_touched_by_settings') }}
    where batch > {{ progress() }}

),

news as (

    select organization_id, session_id from changed_sessions
    union all
    select organization_id, session_id from due_sessions
    union all
    select organization_id, session_id from sessions_touched_by_settings

)

select distinct
    organization_id,
    session_id,
    {{ current_batch() }} as batch
from news
{{ where_news() }}
