"""`/services/zoom/features/undo`: takes back a change to features, within a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from starlette.responses import Response

from integration.database import rows
from integration.directory.rights import Right
from integration.web.features.place import PATH, place_of
from integration.web.features.saving import lock_switches, take_back
from integration.web.features.words import undone
from integration.web.page.undo import show_next_with_undo
from integration.web.page.visit import PageRoute, Shows, Visit

UNDO = PATH + "/undo"
UNDONE_WITHIN = timedelta(days=1)
TOO_LATE = "This change can no longer be undone. Switch the features again instead."


def offer_undo(
    visit: Visit, connection: psycopg.Connection, text: str, *, changed_at: datetime, place: str
) -> None:
    """The message after a change, with a button that undoes it and leads back to `place`."""
    fields = {"change": changed_at.isoformat(), "place": place, "back": visit.field("back")}
    show_next_with_undo(visit, connection, text, action=UNDO, fields=fields)


def undo(visit: Visit) -> Response:
    """Undoes the change that was made at the time in the form. A second press changes nothing."""
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        changed_at = lock_switches(connection, organization_id)
        change = rows.maybe_one(
            connection, _Change, _CHANGE, [organization_id, UNDONE_WITHIN, visit.field("change")]
        )
        if change is None:
            visit.show_next(connection, TOO_LATE, tone="warn")
        elif change.is_undone:
            visit.show_next(connection, undone(restored=1, again=0))
        else:
            _take_back(visit, connection, change, changed_at=changed_at)
    return visit.go(place_of(visit))


@dataclass(frozen=True)
class _Change:
    subject: str
    details: dict[str, Any]
    is_undone: bool


_CHANGE = """
    select
        audit_trail.subject, audit_trail.details,
        exists (
            select from integration.audit_trail as later
            where later.organization_id = audit_trail.organization_id
                and later.at >= audit_trail.at
                and later.kind = 'switches_undone'
                and later.details ->> 'undoes' = audit_trail.details ->> 'changed_at'
        ) as is_undone
    from integration.audit_trail
    where audit_trail.organization_id = %s
        and audit_trail.kind in ('feature_switched', 'features_switched')
        and audit_trail.at > now() - %s
        and audit_trail.details ->> 'changed_at' = %s
"""


def _take_back(
    visit: Visit, connection: psycopg.Connection, change: _Change, *, changed_at: datetime
) -> None:
    written = change.details["changed_at"]
    restored, again = take_back(
        connection,
        datetime.fromisoformat(written),
        organization_id=visit.viewer.organization_id,
        changed_by=visit.viewer.user_id,
        changed_at=changed_at,
    )
    people = {one.user_id for one in restored}
    left_alone = {one.user_id for one in again}
    if people:
        known = ("feature", "features", "is_on")
        visit.record_change(
            connection,
            "switches_undone",
            subject=change.subject,
            details={
                **{name: change.details[name] for name in known if name in change.details},
                "undoes": written,
                "users": len(people),
            },
        )
    visit.show_next(
        connection,
        undone(restored=len(people), again=len(left_alone)),
        tone="good" if people else "warn",
    )


PAGES = (PageRoute(UNDO, undo, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),)
