"""`/services/zoom/users/undo/{change_id}`: undoes a change to mappings, of one Zoom user or many.

It adds the rows that restore what applied before. Zoom users whose mapping somebody has changed
since are skipped.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.quantities import noun, quantity
from integration.web.changes.mapping_effects import Totals, totals_of_mappings
from integration.web.page.refusals import Link, Refusal, not_found
from integration.web.page.visit import PageRoute, Visit
from integration.web.users.addresses import PATH, UNDO
from integration.web.users.bulk.reversal import (
    MadeChange,
    Restored,
    Reversal,
    made_change,
    reversals_of,
)
from integration.web.users.mapping_changes import add_mappings
from integration.web.users.mapping_requests import request_mapping
from integration.web.users.owners import Person, owners_of


@dataclass(frozen=True)
class UndoStep:
    """`why` is why it is skipped, or why a second person has to confirm it."""

    reversal: Reversal
    does: Literal["save", "request", "skip"]
    why: str = ""
    gains: str | None = None
    owners: tuple[str, ...] = ()

    @property
    def affected(self) -> set[str | None]:
        """Whose entries it may add or remove."""
        restored = {one.user_id for one in self.reversal.periods}
        return restored | {self.reversal.last.mapped_to, *self.owners}


@dataclass(frozen=True)
class Undo:
    change: MadeChange
    steps: tuple[UndoStep, ...]

    def of(self, does: str) -> list[UndoStep]:
        return [step for step in self.steps if step.does == does]

    @property
    def digest(self) -> str:
        seen = [(s.does, s.reversal.new_mappings) for s in self.steps]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def preview(visit: Visit) -> Response:
    with visit.transaction() as connection:
        return _shown(visit, connection, _undo_of(visit, connection))


def save(visit: Visit) -> Response:
    with visit.transaction() as connection:
        undo = _undo_of(visit, connection)
        if visit.field("seen") != undo.digest:
            return _shown(visit, connection, undo, is_stale=True)
        if not undo.of("save") and not undo.of("request"):
            raise _nothing_to_undo()
        change_id = _save(visit, connection, undo)
        _say(visit, connection, undo, change_id)
    return visit.go(PATH)


def _undo_of(visit: Visit, connection: psycopg.Connection) -> Undo:
    viewer = visit.viewer
    organization_id = viewer.organization_id
    change = made_change(connection, visit.path("change_id"), organization_id=organization_id)
    if change is None:
        raise not_found()
    reversals = reversals_of(connection, change, organization_id=organization_id)
    owners = owners_of(
        connection,
        {one.zoom_user_id: one.first.effective_from for one in reversals},
        organization_id=organization_id,
    )
    return Undo(
        change,
        tuple(_step(one, owners.get(one.zoom_user_id, []), viewer.user_id) for one in reversals),
    )


def _step(reversal: Reversal, owners: list[Person], viewer_id: str) -> UndoStep:
    if reversal.last.changed_since:
        return UndoStep(reversal, "skip", "changed again since")
    if reversal.last.is_waiting:
        return UndoStep(reversal, "skip", "another mapping is waiting for a second person")
    for period in reversal.periods:
        gains = _gains(period, owners, viewer_id)
        if gains and len(reversal.periods) > 1:
            why = "a second person has to confirm it; map this Zoom user on its own page"
            return UndoStep(reversal, "skip", why)
        if gains == viewer_id:
            why = "it would add entries to your own timeline"
            return UndoStep(reversal, "request", why, gains)
        if gains:
            why = f"this Zoom user has the email of {owners[0].full_name}"
            return UndoStep(reversal, "request", why, gains)
    return UndoStep(reversal, "save", owners=tuple(owner.user_id for owner in owners))


def _gains(period: Restored, owners: list[Person], viewer_id: str) -> str | None:
    """Who would get the entries, if a second person has to confirm that (contract, section 2)."""
    if period.is_by_email:
        return viewer_id if any(owner.user_id == viewer_id for owner in owners) else None
    is_anothers = bool(owners) and owners[0].user_id != period.user_id
    return period.user_id if period.user_id == viewer_id or is_anothers else None


def _save(visit: Visit, connection: psycopg.Connection, undo: Undo) -> int | None:
    viewer = visit.viewer
    saved = undo.of("save")
    change_id = add_mappings(
        connection,
        [mapping for step in saved for mapping in step.reversal.new_mappings],
        organization_id=viewer.organization_id,
        changed_by=viewer.user_id,
    )
    for step in undo.of("request"):
        last = step.reversal.last
        is_requested = request_mapping(
            connection,
            last.zoom_user_id,
            organization_id=viewer.organization_id,
            zoom_account_id=last.zoom_account_id,
            user_id=step.gains or "",
            from_user_id=last.mapped_to,
            effective_from=last.effective_from,
            requested_by=viewer.user_id,
            is_by_email=last.is_by_email,
        )
        if not is_requested:
            raise _nothing_to_undo()
        visit.record_change(
            connection,
            "mapping_requested",
            subject=last.zoom_user_id,
            details={"user_id": step.gains, "effective_from": last.effective_from.isoformat()},
        )
    if saved:
        visit.record_change(
            connection,
            "mappings_undone",
            subject="",
            details={"change_id": change_id, "count": len(saved)},
        )
    return change_id


def _say(visit: Visit, connection: psycopg.Connection, undo: Undo, change_id: int | None) -> None:
    saved, requests, skipped = (len(undo.of(does)) for does in ("save", "request", "skip"))
    parts = [f"Mapping change for {quantity(saved, 'Zoom user')} undone."] if saved else []
    if requests:
        are = noun(requests, "is", "are")
        parts.append(f"{quantity(requests, 'mapping')} {are} waiting for a second person.")
    if skipped:
        parts.append(f"{quantity(skipped, 'Zoom user')} skipped.")
    visit.show_next(
        connection,
        " ".join(parts),
        tone="good" if saved else "warn",
        link=Link("Undo", f"{UNDO}/{change_id}") if change_id else None,
    )


def _shown(
    visit: Visit, connection: psycopg.Connection, undo: Undo, *, is_stale: bool = False
) -> Response:
    return visit.render(
        "users/bulk/undo.html",
        undo=undo,
        totals=_totals(visit, connection, undo),
        is_stale=is_stale,
        here=f"{UNDO}/{visit.path('change_id')}",
    )


def _totals(visit: Visit, connection: psycopg.Connection, undo: Undo) -> Totals | None:
    """None if the viewer may not see counts of activity."""
    if not visit.may(Right.SEE_ACTIVITY_COUNTS):
        visit.record(connection, Act.EFFECTS)
        return None
    saved = undo.of("save")
    affected = set[str | None]().union(*(step.affected for step in saved))
    visit.record(connection, Act.EFFECTS, users=affected)
    return totals_of_mappings(
        connection,
        [period for step in saved for period in step.reversal.effects],
        organization_id=visit.viewer.organization_id,
    )


def _nothing_to_undo() -> Refusal:
    return Refusal(
        409,
        title="There is nothing to undo",
        text="The mappings have been changed since, or a change to them is already waiting. "
        "Nothing was changed now.",
        next_step="See what applies to each Zoom user now.",
        link=Link("Open Users", PATH),
    )


CHANGE = UNDO + "/{change_id}"
PAGES = (
    PageRoute(CHANGE, preview, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS),
    PageRoute(CHANGE, save, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS, method="POST"),
)
