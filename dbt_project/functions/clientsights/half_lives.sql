greatest(-500, least(500,
    extract(epoch from at - timestamptz '2020-01-01 00:00:00+00')::double precision
    / 86400 / {{ function('half_life_days') }}()
))
