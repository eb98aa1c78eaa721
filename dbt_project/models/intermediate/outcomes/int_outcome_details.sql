{{ config(materialized='view') }}

{# The reason that each outcome gives. How to fix it is in integration/explain/outcomes.py. #}

select
    outcome,
    detail
from (
    values
        (
            'before_connection',
            'The session ended before this Zoom account was connected. Earlier sessions cannot be '
            || 'added.'
        ),
        ('after_disconnection', 'The session ended after this Zoom account was disconnected.'),
        ('not_answered', 'The call was not answered.'),
        ('waiting_room_only', 'The participant left the waiting room without being admitted.'),
        ('zero_duration', 'Zoom''s data shows no time in the session for this participant.'),
        (
            'no_identity',
            'Zoom sent neither a user ID nor an email. The participant joined without signing in, '
            || 'or their data was erased.'
        ),
        (
            'not_mapped',
            'This participant was not mapped to a WorkSights user when the session ended.'
        ),
        (
            'user_inactive',
            'The WorkSights user did not exist or was not active when the session ended.'
        ),
        (
            'feature_off',
            'The feature was switched off for the organization when the session ended.'
        ),
        (
            'not_subscribed',
            'The feature was switched off for this user when the session ended, or the user had '
            || 'paused or made the session private.'
        ),
        ('excluded', 'The participant''s email or its domain is on the exclusion list.'),
        ('activity', 'The session is on the timeline.')
) as outcome_details (outcome, detail)
