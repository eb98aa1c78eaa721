(
    least(shared_seconds / 60.0, {{ function('most_minutes') }}())
    * least(1, 2.0 / greatest(people_in_session, 1))
    * feature_weight
)::double precision
