minutes * power(2::double precision, {{ function('half_lives') }}(met_at))
