{# Outcomes match the participants, plus the participants of sessions outside the connection
   period. #}
{% test outcomes_are_participants_and_those_outside(model, rows) %}

with

outcomes as (

    select * from {{ model }}
    {{ where_looked_at(rows) }}

),

participants as (

    select * from {{ ref('participants') }}
    {{ where_looked_at(rows) }}

),

compared as (

    select
        organization_id,
        session_id,
        participant_id,
        case
            when outcomes.outcome is null then 'a participant without an outcome'
            when outcomes.outcome not in (
                select known.outcome from {{ ref('int_outcome_details') }} as known
            ) then 'unknown outcome'
            when (participants.outcome is null)
                <> (outcomes.outcome in ('before_connection', 'after_disconnection'))
                then 'shown outside the connection period, or not shown within it'
            when participants.outcome <> outcomes.outcome or (
                participants.outcome is not null
                and participants.user_id is distinct from outcomes.user_id
            ) then 'the outcome or user differs from the participant'
        end as what_is_wrong
    from outcomes
    full join participants using (organization_id, session_id, participant_id)

)

select
    organization_id,
    session_id,
    participant_id,
    what_is_wrong
from compared
where what_is_wrong is not null

{% endtest %}
