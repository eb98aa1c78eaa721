{{ config(materialized='view') }}

{# Every leg: the connections to meetings and webinars, and the sides of calls. No one was present
   in a call that was not answered. #}

select
    organization_id,
    session_id,
    leg_id,
    null as side,
    leg_user_id,
    participant_uuid,
    zoom_user_id,
    null as extension_id,
    null as extension_number,
    registrant_id,
    customer_key,
    email,
    display_name,
    affiliation,
    zoom_user_id_recency,
    email_recency,
    display_name_recency,
    is_breakout,
    is_waiting_room,
    joined_at,
    left_at
from {{ ref('int_connection_legs') }}
union all
select
    organization_id,
    session_id,
    leg_id,
    side,
    null as leg_user_id,
    null as participant_uuid,
    zoom_user_id,
    extension_id,
    extension_number,
    null as registrant_id,
    null as customer_key,
    email,
    name as display_name,
    affiliation,
    0::bigint as zoom_user_id_recency,
    0::bigint as email_recency,
    0::bigint as display_name_recency,
    false as is_breakout,
    false as is_waiting_room,
    started_at as joined_at,
    case when is_answered then ended_at else started_at end as left_at
from {{ ref('int_call_legs') }}
