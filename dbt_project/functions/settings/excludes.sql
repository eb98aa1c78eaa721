case kind
    when 'excluded_zoom_user' then subject = zoom_user_id
    when 'excluded_meeting' then subject = meeting_number
    else
        {{ function('matches_address_or_domain') }}(email, subject)
        or {{ function('matches_address_or_domain') }}(person_key, subject)
end
