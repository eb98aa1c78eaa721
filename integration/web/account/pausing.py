"""`/account/pause` and `/account/private`: people make sessions private (contract, 5.17), and only
they can undo it.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from starlette.responses import Response

from integration.database import rows
from integration.directory.rights import Right
from integration.pipeline.marts import marts_exist
from integration.web.page.refusals import Refusal, bad_form
from integration.web.page.visit import PageRoute, Shows, Visit

SHOWN = 50
LONGEST_ID = 128


@dataclass(frozen=True)
class PrivateSession:
    """`topic` and `ended_at` are None if the session no longer exists."""

    session_id: str
    topic: str | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Pausing:
    """Whether people may pause, since when this one is paused, and what they have made private."""

    is_possible: bool
    paused_since: datetime | None
    private_sessions: list[PrivateSession]


def pausing_of(visit: Visit, connection: psycopg.Connection) -> Pausing:
    """The viewer's own."""
    return Pausing(
        visit.privacy.pause == "on",
        rows.maybe_scalar(
            connection,
            datetime,
            """
            select case when is_on then effective_from end from integration.pauses
            where organization_id = %s and user_id = %s and effective_from <= now()
            order by effective_from desc, changed_at desc, change_id desc
            limit 1
            """,
            [visit.viewer.organization_id, visit.viewer.user_id],
        ),
        _private_sessions(visit, connection),
    )


def pause(visit: Visit) -> Response:
    to = visit.field("to")
    if to not in ("on", "off"):
        raise bad_form("Choose whether to pause.")
    if to == "on":
        _require_pausing(visit)
    with visit.transaction() as connection:
        connection.execute(
            "insert into integration.pauses (organization_id, user_id, is_on) values (%s, %s, %s)",
            [visit.viewer.organization_id, visit.viewer.user_id, to == "on"],
        )
        _record(visit, connection, "paused" if to == "on" else "pause_ended")
        visit.show_next(
            connection,
            "Your pause has started. Sessions that end from now on are not shown with your name."
            if to == "on"
            else "Your pause has ended. Sessions that end from now on are shown again.",
        )
    return visit.go("/account#pausing")


def private(visit: Visit) -> Response:
    """Makes one of the viewer's sessions private, or shows it again."""
    session_id, to = visit.field("session_id"), visit.field("to")
    if not session_id or len(session_id) > LONGEST_ID or to not in ("on", "off"):
        raise bad_form("Choose a session.")
    if to == "on":
        _require_pausing(visit)
    own = [visit.viewer.organization_id, visit.viewer.user_id, session_id]
    with visit.transaction() as connection:
        connection.execute(
            "insert into integration.private_sessions (organization_id, user_id, session_id) "
            "values (%s, %s, %s) on conflict do nothing"
            if to == "on"
            else "delete from integration.private_sessions "
            "where organization_id = %s and user_id = %s and session_id = %s",
            own,
        )
        _record(visit, connection, "made_private" if to == "on" else "shown_again")
        visit.show_next(
            connection,
            "The next update, which starts within 20 minutes, "
            + ("removes this entry." if to == "on" else "shows this entry again."),
        )
    return visit.go("/account#pausing")


def _private_sessions(visit: Visit, connection: psycopg.Connection) -> list[PrivateSession]:
    if not marts_exist(connection):
        return []
    return rows.every(
        connection,
        PrivateSession,
        """
        select private_sessions.session_id, sessions.topic, sessions.ended_at
        from integration.private_sessions
        left join intermediate.int_sessions as sessions
            on sessions.organization_id = private_sessions.organization_id
            and sessions.session_id = private_sessions.session_id
        where private_sessions.organization_id = %s and private_sessions.user_id = %s
        order by sessions.ended_at desc nulls last
        limit %s
        """,
        [visit.viewer.organization_id, visit.viewer.user_id, SHOWN],
    )


def _record(visit: Visit, connection: psycopg.Connection, kind: str) -> None:
    """That it was done, not which session: the record is for others to read."""
    visit.record_change(
        connection,
        kind,
        subject=visit.viewer.user_id,
    )


def _require_pausing(visit: Visit) -> None:
    if visit.privacy.pause != "on":
        raise Refusal(
            403,
            title="Pausing is not possible",
            text="Your organization does not let people pause.",
            next_step="Ask an admin to change the Pausing setting on the Privacy page.",
        )


PAGES = (
    PageRoute("/account/pause", pause, right=Right.SEE_OWN, shows=Shows.VIEWER, method="POST"),
    PageRoute("/account/private", private, right=Right.SEE_OWN, shows=Shows.VIEWER, method="POST"),
)
