decayed_minutes * power(2::double precision, -{{ function('half_lives') }}(at))
