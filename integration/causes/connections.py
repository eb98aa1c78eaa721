"""Connections that Zoom refuses, that cannot be imported, or whose app was removed."""

from collections.abc import Sequence
from datetime import date, datetime

from integration.causes.cause import OpenCause, Reader, Step, Words
from integration.connections.listed import ListedConnection
from integration.directory.rights import Right

ACCESS, IMPORT, REMOVED = "access_lost", "import_failing", "app_removed"
RECONNECT = Step("Reconnect", "/services/zoom/connect", Right.CONNECT)
CONNECTIONS = Step("Open Connections", "/services/zoom/connections", Right.SEE_CONNECTIONS)
UNREAD = "The last user import failed. Reconnect the account."
NO_NEW_USERS = (
    "New Zoom users and changed emails are not imported, so their meetings and calls are not on a "
    "timeline. Those of all other users still are."
)


def causes_of_connections(
    connections: Sequence[ListedConnection], *, now: datetime
) -> list[OpenCause]:
    """Of connections in use, and of accounts that removed the app and were not reconnected."""
    in_use = {one.zoom_account_id for one in connections if one.disconnected_at is None}
    found = []
    for one in connections:
        account = {"account": one.name, "detail": one.status_detail or UNREAD}
        if one.status == "needs_attention":
            name = cause_of_failure(is_transient=one.failure_is_transient)
            found.append(OpenCause(name, one.connection_id, facts=account))
        elif one.erase_due_at and one.erase_due_at > now and one.zoom_account_id not in in_use:
            since, due = one.disconnected_at, one.erase_due_at.date().isoformat()
            found.append(
                OpenCause(REMOVED, one.connection_id, since, facts={**account, "due": due})
            )
    return found


def cause_of_failure(*, is_transient: bool | None) -> str:
    """IMPORT if a retry may succeed, ACCESS if somebody has to act in Zoom or reconnect the account
    first, or if it is not known.
    """
    return IMPORT if is_transient else ACCESS


def access_lost(one: OpenCause, _reader: Reader) -> Words:
    return Words(
        f"The users of Zoom account {one.facts['account']} cannot be read",
        one.facts["detail"],
        NO_NEW_USERS,
        RECONNECT,
    )


def import_failing(one: OpenCause, _reader: Reader) -> Words:
    return Words(
        f"The last user import for Zoom account {one.facts['account']} failed",
        one.facts["detail"],
        NO_NEW_USERS,
        CONNECTIONS,
    )


def app_removed(one: OpenCause, reader: Reader) -> Words:
    due = reader.dates.long(date.fromisoformat(one.facts["due"]))
    return Words(
        f"Zoom account {one.facts['account']} removed the app",
        f"Its data will be erased on {due}. To keep the data, reconnect the account "
        "before this date.",
        "Nothing is received from this account. Sessions that end before it is reconnected will "
        "never be on a timeline.",
        RECONNECT,
    )
