"""The title of an entry as a viewer may read it: without its topic, if the topics of other people's
sessions are hidden from them.
"""

from psycopg.sql import SQL

# Of the row `activities`. `topics_of` is None, or the viewer, who reads only the topics of sessions
# that they took part in.
TITLE = SQL("""
    case
        when activities.topic is null or %(topics_of)s::text is null or exists (
            select from timeline.participants
            where participants.organization_id = activities.organization_id
                and participants.session_id = activities.session_id
                and participants.user_id = %(topics_of)s
        ) then activities.title
        else left(activities.title, -length(': ' || activities.topic))
    end as title
""")
