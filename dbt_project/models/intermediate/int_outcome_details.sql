{{ config(materialized='view') }}

{# Each outcome in plain words, with what to do about it. #}

select
    outcome,
    detail
from (
    values
        (
            'before_connection',
            'It ended before this Zoom account was connected; there is no history from before.'
        ),
        (
            'after_disconnection',
            'It ended after this Zoom account was disconnected. Connect it again for what comes.'
        ),
        ('not_answered', 'The call was not answered.'),
        ('waiting_room_only', 'They left from the waiting room and were never let in.'),
        ('zero_duration', 'They were not there while the session lasted.'),
        (
            'no_identity',
            'Zoom told neither a Zoom user nor an email: they joined without signing in, or '
            || 'they were erased.'
        ),
        (
            'not_mapped',
            'No WorkSights user was mapped to them when it ended. Map their Zoom user to one.'
        ),
        ('user_inactive', 'The WorkSights user was not there or not active when it ended.'),
        ('feature_off', 'The feature was off for the organization when it ended. Switch it on.'),
        ('not_subscribed', 'The feature was off for this user when it ended. Switch it on.'),
        ('excluded', 'Their email or its domain is on the list of exclusions.'),
        ('activity', 'It is on the timeline.')
) as outcome_details (outcome, detail)
