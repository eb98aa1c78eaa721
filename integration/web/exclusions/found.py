"""Counts what an exclusion would affect, before it is saved."""

from dataclasses import dataclass

import psycopg

from integration.database import rows
from integration.pipeline.marts import marts_exist
from integration.privacy.exclusions import subject_of

# Uses the indexes of participants on the Zoom user; an email or a number is searched among the
# addresses that are known, which are fewer.
_FOUND = {
    "email_or_domain": """
        select
            count(distinct participants.session_id)::integer as sessions,
            count(distinct addresses.address)::integer as people
        from clientsights_raw.email_addresses as addresses
        left join timeline.participants
            on participants.organization_id = addresses.organization_id
            and participants.email = addresses.address
        where addresses.organization_id = %(organization)s
            and (
                facts.matches_address_or_domain(addresses.address, %(subject)s)
                or facts.matches_address_or_domain(addresses.person_key, %(subject)s)
            )
    """,
    "phone_number": """
        select count(distinct session_id)::integer as sessions, 1 as people
        from intermediate.int_call_legs
        where organization_id = %(organization)s
            and regexp_replace(phone_number, '[^0-9]', '', 'g') = %(subject)s
    """,
    "zoom_user": """
        select count(distinct session_id)::integer as sessions, 1 as people
        from timeline.participants
        where organization_id = %(organization)s and zoom_user_id = %(subject)s
    """,
    "meeting_number": """
        select count(*)::integer as sessions, 0 as people
        from timeline.sessions
        where organization_id = %(organization)s and zoom_meeting_id = %(subject)s
    """,
}


@dataclass(frozen=True)
class Found:
    """How many sessions and people an exclusion affects."""

    sessions: int
    people: int


def found_by(
    connection: psycopg.Connection, organization_id: str, *, kind: str, written: str
) -> Found | None:
    """None before the first batch."""
    if not marts_exist(connection):
        return None
    return rows.one(
        connection,
        Found,
        _FOUND[kind],
        {"organization": organization_id, "subject": subject_of(kind, written)},
    )


def count_users_at(connection: psycopg.Connection, organization_id: str, *, domain: str) -> int:
    """The organization's active users with an address at this domain or below it."""
    return rows.scalar(
        connection,
        int,
        """
        select count(*) from worksights.users
        where organization_id = %s and (deactivated_at is null or deactivated_at > now())
            and facts.matches_address_or_domain(lower(email collate "C"), %s)
        """,
        [organization_id, domain],
    )
