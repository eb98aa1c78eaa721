{# Contract, section 3 (user_days): the time zones of WorkSights users, as known now. A text that is
   not an IANA zone means UTC, which needs no row. Seven old names of zones are also abbreviations,
   and Postgres reads these first: without summer time, and EST as Australia's where a server is set
   so. IANA has linked them to these zones since 2024. #}

select
    users.organization_id,
    'user_time_zone' as kind,
    users.user_id as subject,
    case zones.name
        when 'CET' then 'Europe/Brussels'
        when 'MET' then 'Europe/Brussels'
        when 'EET' then 'Europe/Athens'
        when 'WET' then 'Europe/Lisbon'
        when 'EST' then 'America/Panama'
        when 'MST' then 'America/Phoenix'
        when 'HST' then 'Pacific/Honolulu'
        else zones.name
    end as value,
    '' as zoom_account_id,
    '{(,)}'::tstzmultirange as valid
from {{ source('worksights', 'users') }} as users
inner join pg_catalog.pg_timezone_names as zones on zones.name = users.time_zone
where zones.name <> 'UTC'
    -- Not in IANA's list: copies of the whole list, and the name of the server's own zone.
    and zones.name !~ '^(posix|right)/'
    and zones.name not in ('localtime', 'posixrules', 'Factory')
