{{ config(
    incremental_strategy='append',
    indexes=[{'columns': ['batch']}],
    pre_hook="{% if is_incremental() %}delete from {{ this }} where batch <= (
        select min(batch) from pipeline.progress where model <> '{{ this.schema }}.{{ this.identifier }}'){% endif %}",
) }}

{# The news of a batch, whatever brought it (contract, 5.13). Rows go once every mart has taken them up. #}

with

events as (

    select * from {{ ref('stg_zoom__events') }}
    where batch > {{ progress() }} and session_id is not null

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

sessions_of_settings as (

    select * from {{ ref('int_sessions_of_settings') }}

)

select distinct
    organization_id,
    session_id,
    {{ current_batch() }} as batch
from (
    select organization_id, session_id from events
    union all
    -- The 24 hours without an `ended` event were over between the last batch and this one.
    select organization_id, session_id from sessions
    where due_at > (select coalesce(max(as_of), 'epoch') from pipeline.batches where batch <= {{ progress() }})
        and due_at <= {{ batch_time() }}
    union all
    select organization_id, session_id from sessions_of_settings
    where batch > {{ progress() }}
) as news
