{{ config(materialized='view') }}

{# Zoom's type codes (contract, 5.9). Meeting events use 0 to 4, 7 and 8, webinar events 5, 6 and 9;
   the row without a code applies to all other codes. #}

select
    feature,
    type_code,
    session_type,
    title_words
from (
    values
        ('meetings', '0', 'scheduled', 'a scheduled meeting'),
        ('meetings', '1', 'instant', 'an instant meeting'),
        ('meetings', '2', 'scheduled', 'a scheduled meeting'),
        ('meetings', '3', 'recurring', 'a recurring meeting'),
        ('meetings', '4', 'personal', 'a personal meeting'),
        ('meetings', '7', 'audio_conference', 'an audio conference'),
        ('meetings', '8', 'recurring', 'a recurring meeting'),
        ('meetings', null, 'other', 'a meeting'),
        ('webinars', '5', 'webinar', 'a webinar'),
        ('webinars', '6', 'recurring_webinar', 'a recurring webinar'),
        ('webinars', '9', 'recurring_webinar', 'a recurring webinar'),
        ('webinars', null, 'other', 'a webinar')
) as session_types (feature, type_code, session_type, title_words)
