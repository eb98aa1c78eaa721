"""`/services/zoom/users/bulk`: the preview of many mappings, and the save."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.quantities import noun, quantity
from integration.web.changes.mapping_effects import Totals, totals_of_mappings
from integration.web.page.addresses import OF_LIST, back_to
from integration.web.page.refusals import Link, bad_form, not_found
from integration.web.page.visit import PageRoute, Visit
from integration.web.users.addresses import BULK, PATH, UNDO
from integration.web.users.bulk.asked import Asked, asked_of, with_entries
from integration.web.users.bulk.choices import MOST_CHOICES, Choice, encoded, fits
from integration.web.users.bulk.chosen import Chosen, chosen_of
from integration.web.users.bulk.file_lines import BadLine
from integration.web.users.bulk.plan import Plan, plan_of
from integration.web.users.bulk.saving import save_plan
from integration.web.users.bulk.start import Start, missed_since, start_of
from integration.web.users.mapping_requests import second_persons
from integration.web.users.owners import owners_of

CONFIRMING_SHOWN = 3
MOST_TICKS = 500  # a form has a limited number of fields


@dataclass(frozen=True)
class Bulk:
    choices: list[Choice]
    plan: Plan
    start: Start


def preview(visit: Visit) -> Response:
    with visit.transaction() as connection:
        bulk = bulk_of(visit, connection, _selected(visit, connection))
        return shown(visit, connection, bulk)


def save(visit: Visit) -> Response:
    """Saves what the preview showed. If anything has changed since, shows the preview again."""
    with visit.transaction() as connection:
        _one_at_a_time(visit, connection)
        bulk = bulk_of(visit, connection, _selected(visit, connection))
        if bulk.start.refusal:
            return shown(visit, connection, bulk)
        if visit.field("seen") != bulk.plan.digest:
            return shown(visit, connection, bulk, is_stale=True)
        change_id = save_plan(visit, connection, bulk.plan)
        visit.show_next(
            connection,
            _saved(bulk.plan),
            link=Link("Undo", f"{UNDO}/{change_id}") if change_id else None,
            tone="good" if change_id else "warn",
        )
    return visit.go(back_to(PATH, visit.field("back"), only=OF_LIST))


def _selected(visit: Visit, connection: psycopg.Connection) -> Asked:
    asked = asked_of(visit, connection)
    if not asked.choices:
        raise bad_form("No Zoom user is selected. Select some in the list first.")
    return asked


def _one_at_a_time(visit: Visit, connection: psycopg.Connection) -> None:
    """So that two people who save at once do not both save what only one of them saw."""
    connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('bulk mapping of ' || %s, 0))",
        [visit.viewer.organization_id],
    )


def bulk_of(visit: Visit, connection: psycopg.Connection, asked: Asked) -> Bulk:
    """The plan for these choices. Raises "page not found" for a Zoom user or profile that the
    organization does not have.
    """
    viewer = visit.viewer
    organization_id = viewer.organization_id
    choices, chosen = asked.choices, asked.chosen
    if not fits(choices):
        most = quantity(MOST_CHOICES, "Zoom user")
        raise bad_form(f"These are too many for one change. Select up to {most}.")
    if chosen is None:
        chosen = chosen_of(connection, choices, organization_id=organization_id)
    known = {one.zoom_user_id for one in chosen}
    if any(one.zoom_user_id not in known for one in choices) or any(map(_is_unknown, chosen)):
        raise not_found()
    connections = connections_of(connection, organization_id=organization_id)
    start = start_of(
        visit.field,
        connections,
        now=visit.now,
        time_zone=viewer.time_zone,
        dates=visit.dates,
    )
    missed: Mapping[str, datetime] = {}
    if start.since == "first" and visit.may(Right.SEE_ACTIVITY_COUNTS):
        missed = missed_since(connection, sorted(known), organization_id=organization_id)
    elif start.since == "first":
        # The same effect, without a time of a session, which would be seen in the history.
        missed = dict.fromkeys(known, start.time.connected_at)
    moments = {one: start.moment(missed.get(one), now=visit.now) for one in known}
    owners = owners_of(connection, moments, organization_id=organization_id)
    plan = plan_of(chosen, moments, owners, viewer_id=viewer.user_id, left_out=_left_out(visit))
    return Bulk(choices, plan, start)


def shown(
    visit: Visit,
    connection: psycopg.Connection,
    bulk: Bulk,
    *,
    is_stale: bool = False,
    bad_lines: list[BadLine] | None = None,
    empty_lines: int = 0,
) -> Response:
    plan, back = bulk.plan, with_entries(visit)
    requests = plan.of("request")
    return visit.render(
        "users/bulk/preview.html",
        status=400 if bulk.start.refusal else 200,
        plan=plan,
        start=bulk.start,
        choices=encoded(bulk.choices),
        can_leave_out=len(plan.listed) <= MOST_TICKS,
        totals=_totals(visit, connection, plan),
        is_stale=is_stale,
        bad_lines=bad_lines or [],
        empty_lines=empty_lines,
        may_confirm=second_persons(
            connection,
            organization_id=visit.viewer.organization_id,
            others=[visit.viewer.user_id, *(step.gains or "" for step in requests[:1])],
            limit=CONFIRMING_SHOWN,
        )
        if requests
        else [],
        back=back,
        list_address=back_to(PATH, back),
    )


def _totals(visit: Visit, connection: psycopg.Connection, plan: Plan) -> Totals | None:
    """What the plan adds and removes. None if the viewer may not see counts of activity."""
    if not visit.may(Right.SEE_ACTIVITY_COUNTS):
        visit.record(connection, Act.EFFECTS)
        return None
    saved = plan.of("save")
    affected = set[str | None]().union(*(step.affected for step in saved))
    visit.record(connection, Act.EFFECTS, users=affected)
    return totals_of_mappings(
        connection,
        [step.period for step in saved],
        organization_id=visit.viewer.organization_id,
    )


def _is_unknown(one: Chosen) -> bool:
    """Whether the chosen profile is not one of the organization's."""
    is_profile = bool(one.to) and one.to not in ("nobody", "by-email")
    return is_profile and one.user_id is None


def _left_out(visit: Visit) -> frozenset[str]:
    """The rows of the preview that are no longer ticked."""
    ticked = {str(one) for one in visit.form.getlist("keep")}
    listed = {str(one) for one in visit.form.getlist("listed")}
    return frozenset(listed - ticked)


def _saved(plan: Plan) -> str:
    saved, requests = plan.of("save"), plan.of("request")
    parts = [f"Mapping of {quantity(len(saved), 'Zoom user')} saved."] if saved else []
    if saved:
        parts.append("The next update, which starts within 20 minutes, applies it.")
    if requests:
        are = noun(len(requests), "is", "are")
        parts.append(f"{quantity(len(requests), 'mapping')} {are} waiting for a second person.")
    return " ".join(parts)


PAGES = (
    PageRoute(BULK, preview, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS, method="POST"),
    PageRoute(BULK + "/save", save, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS, method="POST"),
)
