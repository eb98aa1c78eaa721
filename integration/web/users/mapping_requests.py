"""Mappings that wait until a second person confirms them (contract, section 2): those that add
entries to the timeline of the person who saves them, and those that give somebody else's Zoom user
away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.rights import RIGHTS, Right
from integration.web.users.owners import Person

Decision = Literal["confirmed", "declined", "withdrawn"]


@dataclass(frozen=True)
class MappingRequest:
    """`user_id` would get the Zoom user's entries, with `is_by_email` because of its email;
    `from_user_id` has its email, or is the user it is mapped to. Names are None if that user does
    not exist (or no longer does); so is a decision that has not been made.
    """

    request_id: int
    zoom_account_id: str
    zoom_user_id: str
    user_id: str
    is_by_email: bool
    user_name: str | None
    from_user_id: str | None
    from_user_name: str | None
    effective_from: datetime
    requested_by: str
    requested_by_name: str | None
    requested_at: datetime
    decision: Decision | None
    decided_by_name: str | None
    decided_at: datetime | None


def request_mapping(
    connection: psycopg.Connection,
    zoom_user_id: str,
    *,
    organization_id: str,
    zoom_account_id: str,
    user_id: str,
    from_user_id: str | None,
    effective_from: datetime,
    requested_by: str,
    is_by_email: bool = False,
) -> bool:
    """Asks for a mapping, instead of what was asked for this Zoom user before. False if somebody
    else asked at the same moment.
    """
    parameters = {
        "organization": organization_id,
        "account": zoom_account_id,
        "zoom_user": zoom_user_id,
        "user": user_id,
        "by_email": is_by_email,
        "from_user": from_user_id,
        "effective_from": effective_from,
        "requested_by": requested_by,
    }
    connection.execute(
        """
        update integration.mapping_requests
        set decision = 'withdrawn', decided_by = %(requested_by)s, decided_at = now()
        where organization_id = %(organization)s and zoom_user_id = %(zoom_user)s
            and decision is null
        """,
        parameters,
    )
    added = connection.execute(
        """
        insert into integration.mapping_requests (
            organization_id, zoom_account_id, zoom_user_id, user_id, is_by_email, from_user_id,
            effective_from, requested_by
        )
        values (
            %(organization)s, %(account)s, %(zoom_user)s, %(user)s, %(by_email)s, %(from_user)s,
            %(effective_from)s, %(requested_by)s
        )
        on conflict (organization_id, zoom_user_id) where decision is null do nothing
        """,
        parameters,
    )
    return added.rowcount == 1


def decide(
    connection: psycopg.Connection,
    request: MappingRequest,
    *,
    organization_id: str,
    decision: Decision,
    decided_by: str,
) -> bool:
    """Records the decision. False if the request has been decided or replaced in the meantime."""
    decided = connection.execute(
        """
        update integration.mapping_requests
        set decision = %(decision)s, decided_by = %(decided_by)s, decided_at = now()
        where organization_id = %(organization)s and request_id = %(request)s and decision is null
        """,
        {
            "organization": organization_id,
            "request": request.request_id,
            "decision": decision,
            "decided_by": decided_by,
        },
    )
    return decided.rowcount == 1


def may_decide(user_id: str, request: MappingRequest) -> bool:
    """Whether this user, who may change mappings, is a second person: neither the one who asked nor
    the one who would get the entries.
    """
    return user_id not in (request.requested_by, request.user_id)


def waiting_request(
    connection: psycopg.Connection, zoom_user_id: str, *, organization_id: str
) -> MappingRequest | None:
    """What waits for this Zoom user."""
    return rows.maybe_one(
        connection,
        MappingRequest,
        _WAITING,
        {"organization": organization_id, "zoom_user": zoom_user_id},
    )


def requests_about(
    connection: psycopg.Connection, user_id: str, *, organization_id: str, limit: int
) -> list[MappingRequest]:
    """The latest requests that would give entries to this user or take them away."""
    return rows.every(
        connection,
        MappingRequest,
        _ABOUT,
        {"organization": organization_id, "user": user_id, "limit": limit},
    )


def count_waiting(connection: psycopg.Connection, *, organization_id: str) -> int:
    return rows.scalar(
        connection,
        int,
        """
        select count(*) from integration.mapping_requests
        where organization_id = %s and decision is null
        """,
        [organization_id],
    )


def second_persons(
    connection: psycopg.Connection, *, organization_id: str, others: Sequence[str], limit: int
) -> list[Person]:
    """Active users who may confirm a mapping, without these others."""
    return rows.every(
        connection,
        Person,
        """
        select user_id, full_name from worksights.users
        where organization_id = %(organization)s and role = any(%(roles)s)
            and user_id <> all(%(others)s)
            and (deactivated_at is null or deactivated_at > now())
        order by full_name, user_id
        limit %(limit)s
        """,
        {
            "organization": organization_id,
            "roles": [role for role, rights in RIGHTS.items() if Right.CHANGE_SETTINGS in rights],
            "others": list(others),
            "limit": limit,
        },
    )


_REQUESTS = SQL("""
    select
        requests.request_id, requests.zoom_account_id, requests.zoom_user_id, requests.user_id,
        requests.is_by_email, mapped.full_name as user_name, requests.from_user_id,
        mapped_before.full_name as from_user_name, requests.effective_from, requests.requested_by,
        authors.full_name as requested_by_name, requests.requested_at, requests.decision,
        deciders.full_name as decided_by_name, requests.decided_at
    from integration.mapping_requests as requests
    left join worksights.users as mapped
        on mapped.organization_id = requests.organization_id and mapped.user_id = requests.user_id
    left join worksights.users as mapped_before
        on mapped_before.organization_id = requests.organization_id
        and mapped_before.user_id = requests.from_user_id
    left join worksights.users as authors
        on authors.organization_id = requests.organization_id
        and authors.user_id = requests.requested_by
    left join worksights.users as deciders
        on deciders.organization_id = requests.organization_id
        and deciders.user_id = requests.decided_by
    where requests.organization_id = %(organization)s
""")
_WAITING = _REQUESTS + SQL("""
        and requests.zoom_user_id = %(zoom_user)s and requests.decision is null
""")
_ABOUT = _REQUESTS + SQL("""
        and (requests.user_id = %(user)s or requests.from_user_id = %(user)s)
    order by requests.requested_at desc, requests.request_id desc
    limit %(limit)s
""")
