case
    when decayed_minutes is not null
        then
            round(
                (
                    100 * (1 - exp(-least(
                        700,
                        {{ function('minutes_at') }}(decayed_minutes, at)
                        / {{ function('scale_minutes') }}()
                    )))
                )::numeric,
                1
            )
end
