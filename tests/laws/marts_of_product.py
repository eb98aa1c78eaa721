"""The product's marts in the reference's terms: natural keys instead of the product's own ids."""

from collections import Counter

from psycopg.rows import dict_row

from integration.database.postgres import connect
from tests.laws.reference.marts import Marts

SESSIONS = """
    select
        organization_id, zoom_account_id, feature, zoom_uuid, zoom_meeting_id, topic, session_type,
        host_zoom_user_id, started_at, ended_at, end_source, participant_count
    from timeline.sessions
"""
PARTICIPANTS = """
    select
        participants.organization_id, zoom_account_id, feature, zoom_uuid, zoom_user_id,
        participants.email, participants.display_name, user_id, role, joined_at, left_at,
        duration_seconds,
        case when feature <> 'phone' then connection_count end as connection_count,
        is_estimated, outcome, affiliation, people.email as person, companies.domain as company
    from timeline.participants
    inner join timeline.sessions using (session_id)
    left join clientsights.people using (person_id)
    left join clientsights.companies on companies.company_id = participants.company_id
"""
ACTIVITIES = """
    select
        activities.organization_id, zoom_account_id, sessions.feature, zoom_uuid, user_id, service,
        category, color, title, role, activities.topic, activities.session_type, direction,
        caller_id, activities.started_at, activities.ended_at, duration_seconds, is_estimated,
        last_event_at
    from timeline.activities
    inner join timeline.sessions using (session_id)
"""
OUTCOMES = """
    select
        outcomes.organization_id, zoom_account_id, feature, zoom_uuid, user_id, outcome
    from operations.outcomes
    left join timeline.sessions using (session_id)
"""
USER_DAYS = """
    select
        organization_id, null as zoom_account_id, null as feature, null as zoom_uuid, user_id, day,
        activity_count, hosted_count, seconds, external_seconds, meetings_seconds,
        webinars_seconds, phone_seconds
    from timeline.user_days
"""
COMPANY_SESSIONS = """
    select
        company_sessions.organization_id, zoom_account_id, feature, zoom_uuid, domain, met_at,
        company_sessions.met_seconds, user_count, company_sessions.person_count
    from clientsights.company_sessions
    inner join timeline.sessions using (session_id)
    inner join clientsights.companies using (company_id)
"""
COMPANIES = """
    select
        organization_id, null as zoom_account_id, null as feature, null as zoom_uuid, domain,
        person_count, session_count, met_seconds, first_met_at, last_met_at
    from clientsights.companies
"""
LEDGER = """
    select zoom_account_id, event, disposition, count(*) as deliveries
    from operations.deliveries
    group by zoom_account_id, event, disposition
"""


def read_marts(url: str) -> Marts:
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        ledger = Counter(
            {
                (row["zoom_account_id"], row["event"], row["disposition"]): row["deliveries"]
                for row in cursor.execute(LEDGER)
            }
        )
        return Marts(
            sessions=cursor.execute(SESSIONS).fetchall(),
            participants=cursor.execute(PARTICIPANTS).fetchall(),
            activities=cursor.execute(ACTIVITIES).fetchall(),
            outcomes=cursor.execute(OUTCOMES).fetchall(),
            user_days=cursor.execute(USER_DAYS).fetchall(),
            company_sessions=cursor.execute(COMPANY_SESSIONS).fetchall(),
            companies=cursor.execute(COMPANIES).fetchall(),
            ledger=ledger,
        )
