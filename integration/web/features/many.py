"""`/services/zoom/features/many`: features of several people at once. From now on it is saved at
once; from an earlier day, it is previewed first.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.quantities import quantity
from integration.web.changes.effective import Effective, TimeChoice, time_choice
from integration.web.changes.effects import Effect, effects_of_switches
from integration.web.changes.shown_effects import shown_effects
from integration.web.changes.words import saved_message
from integration.web.features.place import PATH, place_of
from integration.web.features.press import from_now_on
from integration.web.features.routes import show_features
from integration.web.features.saving import lock_switches, save_switches
from integration.web.features.selection import (
    FEATURES_ASKED,
    MOST_TICKED,
    ManyAsked,
    Plan,
    Selection,
    plan_of,
    selection_of,
)
from integration.web.features.undo import offer_undo
from integration.web.features.words import STATES, listed, skipped, switched, without_zoom_user
from integration.web.page.addresses import back_to
from integration.web.page.refusals import bad_form
from integration.web.page.visit import PageRoute, Shows, Visit

MANY = PATH + "/many"
NOBODY = "No one is selected. Select people, or everyone in this list."
TOO_MANY = f"Select up to {quantity(MOST_TICKED, 'person', 'people')}, or everyone in this list."


def preview(visit: Visit) -> Response:
    to = visit.query("to")
    selection = _selection(visit, visit.query, visit.request.query_params.getlist("user"))
    if selection is None or to not in STATES.values():
        return visit.go(PATH)
    is_on = to == STATES[True]
    with visit.transaction() as connection:
        time = _time(visit, connection, visit.query)
        return _shown(visit, connection, selection, time, is_on=is_on)


def _shown(
    visit: Visit,
    connection: psycopg.Connection,
    selection: Selection,
    time: TimeChoice,
    *,
    is_on: bool,
    status: int = 200,
) -> Response:
    plan, effects = None, None
    if time.effective:
        span = (time.effective.moment, visit.now)
        plan = _plan(visit, connection, selection, is_on=is_on, span=span)
        effects = _effects(visit, connection, plan, is_on=is_on, since=span[0])
    else:
        visit.record(connection, Act.EFFECTS)
    back = visit.field("back") or visit.query("back")
    return visit.render(
        "features/many.html",
        status=status,
        selection=selection,
        is_on=is_on,
        time=time,
        plan=plan,
        effects=effects,
        what=listed(selection.features),
        notes=_notes(plan, is_on=is_on) if plan else [],
        fields=dict(selection.fields, to=STATES[is_on], back=back),
        list_address=back_to(PATH, back),
    )


def save(visit: Visit) -> Response:
    """Saves the change, or shows its preview first if it starts on an earlier day."""
    ticked = [str(one) for one in visit.form.getlist("user")]
    if visit.field("to") not in STATES.values() or visit.field("feature") not in FEATURES_ASKED:
        raise bad_form("Choose a feature, and whether to switch it on or off.")
    is_on = visit.field("to") == STATES[True]
    selection = _selection(visit, visit.field, ticked)
    if selection is None or len(selection.user_ids) > MOST_TICKED:
        return show_features(
            visit, asked=_asked(visit, ticked), problem=TOO_MANY if selection else NOBODY
        )
    with visit.transaction() as connection:
        if visit.field("since") == "day" and not visit.field("day"):
            return visit.go(_preview_of(visit, connection, selection, is_on=is_on))
        changed_at = lock_switches(connection, visit.viewer.organization_id)
        time = _time(visit, connection, visit.field)
        if time.effective is None:
            return _shown(visit, connection, selection, time, is_on=is_on, status=400)
        _save(visit, connection, selection, time.effective, is_on=is_on, changed_at=changed_at)
    return visit.go(place_of(visit))


def _asked(visit: Visit, ticked: list[str]) -> ManyAsked:
    return ManyAsked(
        feature=visit.field("feature"),
        since=visit.field("since"),
        is_everybody=visit.field("everybody") == "yes",
        ticked=tuple(ticked),
    )


def _save(
    visit: Visit,
    connection: psycopg.Connection,
    selection: Selection,
    effective: Effective,
    *,
    is_on: bool,
    changed_at: datetime,
) -> None:
    viewer = visit.viewer
    since = effective.moment if effective.day else from_now_on(visit, changed_at)
    span = (since, max(since, changed_at))
    plan = _plan(visit, connection, selection, is_on=is_on, span=span)
    notes = _notes(plan, is_on=is_on)
    if not plan.to_switch:
        visit.show_next(connection, " ".join(["Nothing changed.", *notes]), tone="warn")
        return
    effects: list[Effect] | None = []
    if effective.day:
        effects = _effects(visit, connection, plan, is_on=is_on, since=since)
    save_switches(
        connection,
        plan.switches,
        organization_id=viewer.organization_id,
        is_on=is_on,
        effective_from=since,
        changed_by=viewer.user_id,
        changed_at=changed_at,
    )
    visit.record_change(
        connection,
        "features_switched",
        subject="",
        details={
            "features": [*selection.features],
            "is_on": is_on,
            "users": len(plan.user_ids),
            "effective_from": since.isoformat(),
            "changed_at": changed_at.isoformat(),
        },
    )
    whose = quantity(len(plan.user_ids), "person", "people")
    parts = [
        switched(selection.features, is_on=is_on, whose=whose),
        saved_message(effective, effects, time_zone=viewer.time_zone, dates=visit.dates),
        *notes,
    ]
    text = " ".join(parts)
    offer_undo(visit, connection, text, changed_at=changed_at, place="")


def _selection(visit: Visit, read: Callable[[str], str], ticked: list[str]) -> Selection | None:
    users = [each for user_id in ticked if (each := user_id.replace("\0", "").strip())]
    return selection_of(read, users, now=visit.now)


def _preview_of(
    visit: Visit, connection: psycopg.Connection, selection: Selection, *, is_on: bool
) -> str:
    """The address of the preview, from yesterday on until another day is chosen."""
    time = _time(visit, connection, visit.field)
    fields = {
        **selection.fields,
        "to": STATES[is_on],
        "since": "day",
        "day": time.yesterday,
        "back": visit.field("back"),
    }
    filled = {name: value for name, value in fields.items() if value}
    return f"{MANY}?{urlencode(filled, doseq=True)}"


def _time(visit: Visit, connection: psycopg.Connection, read: Callable[[str], str]) -> TimeChoice:
    return time_choice(
        read,
        connections_of(connection, organization_id=visit.viewer.organization_id),
        now=visit.now,
        time_zone=visit.viewer.time_zone,
        dates=visit.dates,
    )


def _plan(
    visit: Visit,
    connection: psycopg.Connection,
    selection: Selection,
    *,
    is_on: bool,
    span: tuple[datetime, datetime],
) -> Plan:
    return plan_of(
        connection,
        selection,
        organization_id=visit.viewer.organization_id,
        is_on=is_on,
        span=span,
        viewer_id=visit.viewer.user_id,
    )


def _effects(
    visit: Visit, connection: psycopg.Connection, plan: Plan, *, is_on: bool, since: datetime
) -> list[Effect] | None:
    def count() -> list[Effect]:
        return effects_of_switches(
            connection,
            plan.features,
            organization_id=visit.viewer.organization_id,
            user_ids=plan.user_ids,
            is_on=is_on,
            effective_from=since,
        )

    return shown_effects(visit, connection, count, users=plan.user_ids)


def _notes(plan: Plan, *, is_on: bool) -> list[str]:
    """Whom the change does not affect yet, and who is skipped."""
    notes = (
        without_zoom_user(plan.without_zoom_user),
        skipped(is_on=is_on, already=plan.already, since=plan.since, gone=plan.gone),
    )
    return [note for note in notes if note]


PAGES = (
    PageRoute(MANY, preview, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS),
    PageRoute(MANY, save, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
)
