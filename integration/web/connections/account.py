"""`/services/zoom/connections/{connection_id}`: an account's name, its owner and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.connections.listed import ListedConnection, connection_of
from integration.connections.naming import (
    INVALID_LABEL,
    LONGEST_LABEL,
    cleaned_label,
    is_valid_label,
    set_label,
    set_owner,
)
from integration.directory.owners import PossibleOwner, possible_owners
from integration.directory.rights import Right
from integration.web.changes.audit_trail import Change, changes_of
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit

PATH = "/services/zoom/connections/{connection_id}"
CHANGES_SHOWN = 50


@dataclass(frozen=True)
class Asked:
    """What the form has, or asks for; `owner` is a user's id, or empty."""

    label: str
    owner: str


def account(visit: Visit) -> Response:
    with visit.transaction() as connection:
        one = _connection(visit, connection)
        owners = possible_owners(connection, organization_id=visit.viewer.organization_id)
        changes = changes_of(
            connection,
            one.connection_id,
            organization_id=visit.viewer.organization_id,
            limit=CHANGES_SHOWN,
        )
    asked = Asked(one.label or "", one.owner_user_id or "")
    return _shown(visit, one, asked, owners, changes)


def save(visit: Visit) -> Response:
    asked = Asked(cleaned_label(visit.field("label")), visit.field("owner"))
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        one = _connection(visit, connection)
        changes_owner = not one.disconnected_at and asked.owner != (one.owner_user_id or "")
        owners = possible_owners(connection, organization_id=organization_id)
        problem = {}
        if not is_valid_label(asked.label):
            problem["label"] = INVALID_LABEL
        if changes_owner and asked.owner not in {user.user_id for user in owners}:
            problem["owner"] = (
                "This user cannot be the integration owner. Choose someone from the list."
            )
        if not problem and set_label(connection, one.connection_id, asked.label or None):
            _record(visit, connection, "account_renamed", one)
        if not problem and changes_owner:
            set_owner(connection, one.connection_id, asked.owner)
            _record(visit, connection, "owner_changed", one, user_id=asked.owner)
        if not problem:
            visit.show_next(connection, f"Zoom account {asked.label or one.zoom_account_id} saved.")
        changes = changes_of(
            connection, one.connection_id, organization_id=organization_id, limit=CHANGES_SHOWN
        )
    if problem:
        return _shown(visit, one, asked, owners, changes, problem)
    return visit.go("/services/zoom/connections")


def _record(
    visit: Visit, connection: psycopg.Connection, kind: str, one: ListedConnection, **details: str
) -> None:
    visit.record_change(
        connection,
        kind,
        subject=one.connection_id,
        details=details,
    )


def _shown(
    visit: Visit,
    one: ListedConnection,
    asked: Asked,
    owners: Sequence[PossibleOwner],
    changes: Sequence[Change],
    problem: Mapping[str, str] | None = None,
) -> Response:
    return visit.render(
        "connections/account.html",
        status=400 if problem else 200,
        one=one,
        asked=asked,
        problem={"label": "", "owner": "", **(problem or {})},
        longest=LONGEST_LABEL,
        owners=owners,
        changes=changes,
    )


def _connection(visit: Visit, connection: psycopg.Connection) -> ListedConnection:
    found = connection_of(
        connection, visit.path("connection_id"), organization_id=visit.viewer.organization_id
    )
    if found is None:
        raise not_found()
    return found


PAGES = (
    PageRoute(PATH, account, right=Right.SEE_CONNECTIONS, shows=Shows.NOBODY),
    PageRoute(PATH, save, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
)
