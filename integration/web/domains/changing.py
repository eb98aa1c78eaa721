"""`/services/zoom/domains/change`: the preview of a change, the change itself, and its undoing.

A preview applies the change in a transaction, finds by the code of a batch what would move, and
rolls back.
"""

from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.pipeline.addresses.previewing import (
    MOST_ADDRESSES,
    RuleEffects,
    effects_of_rules,
)
from integration.pipeline.marts import marts_exist
from integration.web.domains import companies, own, plans, plans_of_companies, rules
from integration.web.domains.asked import Asked, InvalidChange, asked_in
from integration.web.domains.frame import (
    CHANGE,
    COMPANIES,
    COMPANY,
    PATH,
    RULES,
    UNDO,
    not_ready,
    render,
    sees_clients,
)
from integration.web.domains.history import UNDONE, id_in, past_changes
from integration.web.domains.plans import Plan, Planner
from integration.web.domains.situation import Situation, is_ready, read_situation
from integration.web.domains.stored import (
    Edit,
    apply_edits,
    as_details,
    one_at_a_time,
    read_stored,
)
from integration.web.page.addresses import address
from integration.web.page.refusals import Link, Refusal, bad_form, not_found
from integration.web.page.visit import PageRoute, Shows, Visit

LISTED = 50
PLANNERS: dict[str, Planner] = {
    "add_own": plans.add_own,
    "remove_own": plans.remove_own,
    "rule": plans.set_rule,
    "endings": plans.admit_endings,
    "drop": plans.drop,
    "rename": plans_of_companies.rename,
    "merge": plans_of_companies.merge,
    "split": plans_of_companies.split,
    "no_company": plans_of_companies.no_company,
    "company": plans_of_companies.is_company,
}
NEXT_UPDATE = "The next update, which starts within 20 minutes, applies it to past sessions, too."


@dataclass(frozen=True)
class Preview:
    """`effects` is None if the viewer may not see them, or nothing has arrived yet."""

    plan: Plan
    now: Situation
    then: Situation
    effects: RuleEffects | None

    def name_of(self, company: str, *, is_before: bool) -> str:
        return (self.now if is_before else self.then).name_of(company)


def preview(visit: Visit) -> Response:
    asked = asked_in(visit.query)
    planner = _planner(asked)
    try:
        with visit.transaction() as connection:
            if not is_ready(connection):
                return not_ready(visit, _tab(asked))
            seen = _preview(visit, connection, asked, planner)
    except InvalidChange as invalid:
        return _form_again(visit, asked, invalid)
    return render(
        visit,
        "change.html",
        current=_tab(asked),
        asked=asked,
        plan=seen.plan,
        effects=seen.effects,
        name_of=seen.name_of,
        listed=LISTED,
        most=MOST_ADDRESSES,
        is_possible=sees_clients(visit),
        back=_page_after(seen.plan),
        next_update=NEXT_UPDATE,
    )


def save(visit: Visit) -> Response:
    asked = asked_in(visit.field)
    planner = _planner(asked)
    organization_id = visit.viewer.organization_id
    try:
        with visit.transaction() as connection:
            if not is_ready(connection):
                return not_ready(visit, _tab(asked))
            one_at_a_time(connection, organization_id)
            plan = planner(asked, read_situation(connection, organization_id))
            entry_id = _apply(visit, connection, plan.kind, plan.subject, plan.edits)
            visit.show_next(connection, f"Saved. {NEXT_UPDATE}")
    except InvalidChange as invalid:
        return _form_again(visit, asked, invalid)
    path, _, query = _page_after(plan).partition("?")
    return visit.go(f"{path}?{query}{'&' if query else ''}saved={entry_id}")


def undo(visit: Visit) -> Response:
    organization_id, entry_id = visit.viewer.organization_id, id_in(visit.field("entry"))
    if entry_id is None:
        raise bad_form("Choose a change from the list.")
    with visit.transaction() as connection:
        one_at_a_time(connection, organization_id)
        found = past_changes(connection, organization_id, entry_id=entry_id)
        if not found:
            raise not_found()
        (change,) = found
        if not change.can_be_undone(read_stored(connection, organization_id)):
            raise Refusal(
                409,
                title="This change can no longer be undone",
                text="It has been changed again since. Nothing was changed now.",
                next_step="Look at the latest changes, and undo those first.",
                link=Link("Open People and domains", PATH),
            )
        edits = tuple(edit.undone for edit in reversed(change.edits))
        _apply(visit, connection, UNDONE, change.subject, edits)
        visit.show_next(connection, f"Undone. {NEXT_UPDATE}")
    return visit.go(PATH)


def _preview(
    visit: Visit, connection: psycopg.Connection, asked: Asked, planner: Planner
) -> Preview:
    organization_id, shows = visit.viewer.organization_id, sees_clients(visit)
    with connection.transaction(force_rollback=True):
        now = read_situation(connection, organization_id, every_user=shows)
        plan = planner(asked, now)
        apply_edits(connection, organization_id, plan.edits, changed_by=visit.viewer.user_id)
        then = read_situation(connection, organization_id, every_user=shows)
        effects = None
        if shows and marts_exist(connection):
            effects = effects_of_rules(
                connection, organization_id, before=now.facts, after=then.facts
            )
    return Preview(plan, now, then, effects)


def _apply(
    visit: Visit,
    connection: psycopg.Connection,
    kind: str,
    subject: str,
    edits: tuple[Edit, ...],
) -> int:
    viewer = visit.viewer
    apply_edits(connection, viewer.organization_id, edits, changed_by=viewer.user_id)
    return visit.record_change(
        connection, kind, subject=subject, details={"edits": as_details(edits)}
    )


def _planner(asked: Asked) -> Planner:
    if asked.do not in PLANNERS:
        raise bad_form("Choose what to change.")
    return PLANNERS[asked.do]


def _form_again(visit: Visit, asked: Asked, invalid: InvalidChange) -> Response:
    """The page with the form, with what was entered and what is wrong with it."""
    if asked.do in ("rule", "endings"):
        return rules.rules(visit, asked, invalid)
    if asked.do in ("add_own", "remove_own", "drop"):
        return own.own_domains(visit, asked, invalid)
    return companies.company(visit, asked, invalid)


def _tab(asked: Asked) -> str:
    if asked.do in ("rule", "endings"):
        return RULES
    return PATH if asked.do in ("add_own", "remove_own", "drop") else COMPANIES


def _page_after(plan: Plan) -> str:
    if plan.kind == "identity_rule_changed":
        return RULES
    if plan.kind.startswith("company_"):
        return address(COMPANY, {"domain": plan.subject})
    return PATH


PAGES = (
    PageRoute(CHANGE, preview, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(CHANGE, save, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
    PageRoute(UNDO, undo, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
)
