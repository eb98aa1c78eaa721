"""People who asked to be erased: the law gives one month to do it (GDPR, Article 12)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows


@dataclass(frozen=True)
class ErasureRequest:
    """A request that is neither withdrawn nor done. The user may no longer exist."""

    organization_id: str
    user_id: str
    full_name: str | None = field(repr=False)
    is_active: bool
    requested_at: datetime
    due_at: datetime


def open_request(
    connection: psycopg.Connection, user_id: str, *, organization_id: str
) -> ErasureRequest | None:
    """The user's own."""
    return rows.maybe_one(
        connection,
        ErasureRequest,
        _OPEN + SQL("and requests.organization_id = %s and requests.user_id = %s"),
        [organization_id, user_id],
    )


def requests_due(
    connection: psycopg.Connection,
    *,
    before: datetime | None = None,
    organization_id: str | None = None,
) -> list[ErasureRequest]:
    """The open requests of one organization or of all, or only those that are due before this time,
    the first due first.
    """
    return rows.every(
        connection,
        ErasureRequest,
        _OPEN
        + SQL(
            "and (%(before)s::timestamptz is null or requests.due_at < %(before)s) "
            "and (%(organization)s::text is null or requests.organization_id = %(organization)s) "
            "order by requests.due_at, requests.request_id"
        ),
        {"before": before, "organization": organization_id},
    )


def ask_for_erasure(connection: psycopg.Connection, user_id: str, *, organization_id: str) -> bool:
    """Records the request; False if the user has an open one already."""
    return bool(
        connection.execute(
            "insert into integration.erasure_requests (organization_id, user_id) values (%s, %s) "
            "on conflict do nothing",
            [organization_id, user_id],
        ).rowcount
    )


def withdraw_request(connection: psycopg.Connection, user_id: str, *, organization_id: str) -> bool:
    """Withdraws the user's open request; False if there is none."""
    return bool(
        connection.execute(
            """
            update integration.erasure_requests set withdrawn_at = now()
            where organization_id = %s and user_id = %s
                and withdrawn_at is null and done_at is null
            """,
            [organization_id, user_id],
        ).rowcount
    )


def finish_requests(
    connection: psycopg.Connection, organization_id: str, user_ids: Collection[str]
) -> None:
    """Records that these users are erased, before their requests no longer name them."""
    connection.execute(
        """
        update integration.erasure_requests set done_at = now()
        where organization_id = %s and user_id = any(%s)
            and withdrawn_at is null and done_at is null
        """,
        [organization_id, list(user_ids)],
    )


_OPEN = SQL("""
    select
        requests.organization_id, requests.user_id, users.full_name,
        users.user_id is not null
            and (users.deactivated_at is null or users.deactivated_at > now()) as is_active,
        requests.requested_at, requests.due_at
    from integration.erasure_requests as requests
    left join worksights.users
        on users.organization_id = requests.organization_id and users.user_id = requests.user_id
    where requests.withdrawn_at is null and requests.done_at is null
""")
