{{ config(
    unique_key=['organization_id', 'person_id', 'month'],
    indexes=[{'columns': ['organization_id', 'person_id', 'month'], 'unique': true}],
) }}
{{ change_set('changed', ['organization_id', 'person_id', 'month'], all_of='int_person_sessions') }}

with

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_news() }}

)

select
    organization_id,
    person_id,
    (
        array_agg(person_name order by met_at desc, session_id collate "C" desc)
        filter (where person_name is not null)
    )[1] as person_name,
    count(*)::integer as session_count,
    month,
    min(met_at) as first_met_at,
    max(met_at) as last_met_at
from person_sessions
group by organization_id, person_id, month
