"""The title of an entry and the topic of a session as a viewer may read them: without the topic, if
the topics of other people's sessions are hidden from them.
"""

from psycopg.sql import SQL

# `topics_of` is None, or the viewer, who reads only the topics of sessions that they took part in.
_MAY_READ = SQL("""
    (%(topics_of)s::text is null or exists (
        select from timeline.participants
        where participants.organization_id = {row}.organization_id
            and participants.session_id = {row}.session_id
            and participants.user_id = %(topics_of)s
    ))
""")

# Of the row `activities`.
TITLE = SQL("""
    case
        when activities.topic is null or {may_read} then activities.title
        else left(activities.title, -length(': ' || activities.topic))
    end as title
""").format(may_read=_MAY_READ.format(row=SQL("activities")))

# Of the row `sessions`.
TOPIC = SQL("""
    case when {may_read} then sessions.topic end as topic,
    coalesce(sessions.topic is not null and not {may_read}, false) as is_topic_hidden
""").format(may_read=_MAY_READ.format(row=SQL("sessions")))
