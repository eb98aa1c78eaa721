round(
    (
        100 * (1 - exp(-least(700, {{ function('minutes_at') }}(decayed_minutes, at) / 60)))
    )::numeric,
    1
)
