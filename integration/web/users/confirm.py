"""`/services/zoom/users/{zoom_user_id}/request`: a mapping that waits for a second person, and the
decision.
"""

from typing import cast, get_args
from urllib.parse import quote

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.page.refusals import Link, Refusal, bad_form, not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.addresses import PATH
from integration.web.users.change import PERSONS_SHOWN
from integration.web.users.mapping_changes import NewMapping, map_zoom_users
from integration.web.users.mapping_requests import (
    Decision,
    MappingRequest,
    decide,
    may_decide,
    second_persons,
    waiting_request,
)
from integration.web.users.shown_effects import shown_effects_of_mapping
from integration.web.users.zoom_users import zoom_user_of

MESSAGES: dict[Decision, str] = {
    "confirmed": "Mapping confirmed. The next update, which starts within 20 minutes, applies it.",
    "declined": "Request declined. The mapping has not changed.",
    "withdrawn": "Request withdrawn. The mapping has not changed.",
}


def show(visit: Visit) -> Response:
    """What waits, with its effect, for everybody who may change mappings."""
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        request = _request(visit, connection)
        user = zoom_user_of(
            connection, request.zoom_user_id, organization_id=organization_id, by_entries=False
        )
        effects = shown_effects_of_mapping(
            visit,
            connection,
            request.zoom_user_id,
            from_user_id=request.from_user_id,
            user_id=request.user_id,
            effective_from=request.effective_from,
            is_by_email=request.is_by_email,
        )
        may_confirm = second_persons(
            connection,
            organization_id=organization_id,
            others=[request.requested_by, request.user_id],
            limit=PERSONS_SHOWN,
        )
    return visit.render(
        "users/mapping_request.html",
        mapping_request=request,
        user=user,
        effects=effects,
        may_confirm=may_confirm,
        may_decide=may_decide(visit.viewer.user_id, request),
    )


def answer(visit: Visit) -> Response:
    """Confirms or declines it, as a second person, or withdraws it, as the one who asked."""
    viewer, decision = visit.viewer, visit.field("decision")
    with visit.transaction() as connection:
        request = _request(visit, connection)
        if decision not in get_args(Decision):
            raise bad_form(
                "The form does not say what to do with the request.",
                link=Link(
                    "Back to the request", REQUEST.format(zoom_user_id=quote(request.zoom_user_id))
                ),
            )
        if visit.field("request") != str(request.request_id):
            raise _decided_already(request.zoom_user_id)
        if decision == "withdrawn":
            is_allowed = viewer.user_id == request.requested_by
        else:
            is_allowed = may_decide(viewer.user_id, request)
        if not is_allowed:
            raise _not_a_second_person(request)
        _decide(visit, connection, request, cast(Decision, decision))
    return visit.go(f"{PATH}/{request.zoom_user_id}")


def _decide(
    visit: Visit, connection: psycopg.Connection, request: MappingRequest, decision: Decision
) -> None:
    viewer = visit.viewer
    if not decide(
        connection,
        request,
        organization_id=viewer.organization_id,
        decision=decision,
        decided_by=viewer.user_id,
    ):
        raise _decided_already(request.zoom_user_id)
    if decision == "confirmed":
        map_zoom_users(
            connection,
            [
                NewMapping(
                    request.zoom_user_id,
                    request.zoom_account_id,
                    None if request.is_by_email else request.user_id,
                    request.effective_from,
                    is_by_email=request.is_by_email,
                )
            ],
            organization_id=viewer.organization_id,
            changed_by=request.requested_by,
        )
    visit.record_change(
        connection,
        f"mapping_{decision}",
        subject=request.zoom_user_id,
        details={
            "user_id": request.user_id,
            "requested_by": request.requested_by,
            "effective_from": request.effective_from.isoformat(),
        },
    )
    visit.show_next(connection, MESSAGES[decision])


def _request(visit: Visit, connection: psycopg.Connection) -> MappingRequest:
    """What waits for the Zoom user in the address. After a second click, or an old link, the page
    says that it has been decided.
    """
    zoom_user_id, organization_id = visit.path("zoom_user_id"), visit.viewer.organization_id
    found = waiting_request(connection, zoom_user_id, organization_id=organization_id)
    if found is None:
        of_ours = zoom_user_of(
            connection, zoom_user_id, organization_id=organization_id, by_entries=False
        )
        raise _decided_already(zoom_user_id) if of_ours else not_found()
    return found


def _decided_already(zoom_user_id: str) -> Refusal:
    return Refusal(
        409,
        title="The request has changed",
        text="It has been decided, withdrawn or replaced. Nothing was changed now.",
        next_step="See what applies to this Zoom user now.",
        link=Link("Open Zoom user", f"{PATH}/{zoom_user_id}"),
    )


def _not_a_second_person(request: MappingRequest) -> Refusal:
    return Refusal(
        403,
        title="A second person has to decide",
        text="Neither the person who asked for a mapping nor the one who would get the entries can "
        "confirm it.",
        next_step="Ask someone else who can change mappings.",
        link=Link("Open Zoom user", f"{PATH}/{request.zoom_user_id}"),
    )


REQUEST = PATH + "/{zoom_user_id}/request"
PAGES = (
    PageRoute(REQUEST, show, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS),
    PageRoute(REQUEST, answer, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
)
