case
    when (day::timestamp at time zone zone - interval '1 hour') at time zone zone >= day
        then day::timestamp at time zone zone - interval '1 hour'
    else day::timestamp at time zone zone
end
