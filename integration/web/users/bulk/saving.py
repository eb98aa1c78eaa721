"""Saves the plan of a bulk mapping: all or nothing, with one time and one entry in the audit
trail.
"""

from collections.abc import Sequence

import psycopg

from integration.web.page.refusals import Link, Refusal
from integration.web.page.visit import Visit
from integration.web.users.addresses import PATH
from integration.web.users.bulk.plan import Plan, Step
from integration.web.users.mapping_changes import map_zoom_users
from integration.web.users.mapping_requests import request_mapping


def save_plan(visit: Visit, connection: psycopg.Connection, plan: Plan) -> int | None:
    """Returns the id by which the change can be undone; None if all of it waits."""
    saved, requests = plan.of("save"), plan.of("request")
    if not saved and not requests:
        raise Refusal(
            409,
            title="There is nothing to save",
            text="Every chosen Zoom user is skipped. Nothing was changed.",
            next_step="Go back and choose others.",
            link=Link("Open Users", PATH),
        )
    change_id = map_zoom_users(
        connection,
        [step.new_mapping for step in saved],
        organization_id=visit.viewer.organization_id,
        changed_by=visit.viewer.user_id,
    )
    request_all(visit, connection, requests)
    if not saved:
        return None
    visit.record_change(
        connection,
        "mappings_changed",
        subject="",
        details={
            "change_id": change_id,
            "count": len(saved),
            "to_nobody": len(plan.to_nobody),
            "by_email": len(plan.to_email),
            "requested": len(requests),
        },
    )
    return change_id


def request_all(visit: Visit, connection: psycopg.Connection, steps: Sequence[Step]) -> None:
    """Asks a second person for each of these mappings."""
    for step in steps:
        is_requested = request_mapping(
            connection,
            step.chosen.zoom_user_id,
            organization_id=visit.viewer.organization_id,
            zoom_account_id=step.chosen.zoom_account_id,
            user_id=step.gains or "",
            from_user_id=step.loses,
            effective_from=step.effective_from,
            requested_by=visit.viewer.user_id,
            is_by_email=step.is_by_email,
        )
        if not is_requested:
            raise Refusal(
                409,
                title="Someone else was faster",
                text="A change to one of these mappings was requested at the same moment. Nothing "
                "was saved.",
                next_step="See what is waiting for confirmation, then try again.",
                link=Link("Open Users", f"{PATH}?show=waiting"),
            )
        visit.record_change(
            connection,
            "mapping_requested",
            subject=step.chosen.zoom_user_id,
            details={
                "user_id": step.gains,
                "effective_from": step.effective_from.isoformat(),
            },
        )
