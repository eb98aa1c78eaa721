"""`/services/zoom/connections`: the Zoom accounts, importing their users, and disconnecting."""

from collections.abc import Sequence

from starlette.responses import Response

from integration.causes.cause import Words
from integration.causes.connections import causes_of_connections
from integration.causes.reported import Missing, causes_of_reported, missing_of
from integration.causes.table import words_of
from integration.connections.client import revoke_grant
from integration.connections.ending import disconnect
from integration.connections.imports import request_import
from integration.connections.listed import (
    ListedConnection,
    connection_of,
    connections_of,
    is_worth_watching,
)
from integration.connections.reported import reported
from integration.directory.rights import Right
from integration.pipeline.completeness import completeness_of, shown_days
from integration.web.overview.attention import reader_of
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom.scopes import Purpose, names_of

PATH = "/services/zoom/connections"
LIVE_SECONDS = 5


def connections(visit: Visit) -> Response:
    days = shown_days(visit.now)
    with visit.transaction() as connection:
        organization_id = visit.viewer.organization_id
        listed = connections_of(connection, organization_id=organization_id)
        in_use = reported(connection, organization_id=organization_id)
        completeness = completeness_of(
            connection, organization_id=organization_id, first=days[0], last=days[-1]
        )
    return visit.render(
        "connections/connections.html",
        connections=listed,
        problems=problems_of(listed, visit),
        reported={one.connection_id: one for one in in_use},
        missing=words_of_missing(missing_of(in_use), visit),
        for_healing=Purpose.HEALING,
        completeness=completeness,
        names_of=names_of,
        takes_message=visit.request.headers.get("sec-fetch-mode", "navigate") == "navigate",
        live=LIVE_SECONDS if is_worth_watching(listed, now=visit.now) else None,
        says="" if any(one.is_importing for one in listed) else "Users are imported",
    )


def problems_of(connections: Sequence[ListedConnection], visit: Visit) -> dict[str, Words]:
    """The words for connections that need attention, as on Overview."""
    found = causes_of_connections(connections, now=visit.now)
    return {one.subject: words_of(one, reader_of(visit)) for one in found}


def words_of_missing(missing: Sequence[Missing], visit: Visit) -> dict[str, list[Words]]:
    """The words for what Zoom does not report, by connection, as on Overview."""
    found: dict[str, list[Words]] = {}
    for one in causes_of_reported(missing):
        found.setdefault(one.subject, []).append(words_of(one, reader_of(visit)))
    return found


def import_users(visit: Visit) -> Response:
    connection_id = visit.path("connection_id")
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        account = request_import(connection, connection_id, organization_id=organization_id)
        if account is None:
            raise not_found()
        visit.record_change(connection, "import_asked_for", subject=connection_id)
        visit.show_next(connection, "User import requested. It usually starts within a minute.")
    return visit.go(PATH)


def confirm_disconnect(visit: Visit) -> Response:
    return visit.render("connections/disconnect.html", connection=_in_use(visit))


def end_connection(visit: Visit) -> Response:
    """Ends the connection here first, so that it ends even if Zoom fails, then notifies Zoom."""
    connection_id = visit.path("connection_id")
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        known = connection_of(connection, connection_id, organization_id=organization_id)
        ended = disconnect(
            connection,
            connection_id,
            organization_id=organization_id,
            keys=visit.settings.encryption_keys,
        )
        if known is None or ended is None:
            raise not_found()
        visit.record_change(connection, "connection_disconnected", subject=connection_id)
    is_revoked = ended.token is not None and revoke_grant(visit.settings, ended.token)
    with visit.transaction() as connection:
        text = f"Zoom account {known.name} is disconnected. No more data will be received from it."
        if is_revoked:
            visit.show_next(connection, text)
        else:
            visit.show_next(
                connection,
                f"{text} WorkSights could not revoke its access in Zoom. Remove the app in the "
                "Zoom Marketplace under Manage > Added Apps.",
                tone="warn",
            )
    return visit.go(PATH)


def _in_use(visit: Visit) -> ListedConnection:
    with visit.transaction() as connection:
        found = connection_of(
            connection, visit.path("connection_id"), organization_id=visit.viewer.organization_id
        )
    if found is None or found.disconnected_at is not None:
        raise not_found()
    return found


PAGES = (
    PageRoute(PATH, connections, right=Right.SEE_CONNECTIONS, shows=Shows.NOBODY),
    PageRoute(
        PATH + "/{connection_id}/import",
        import_users,
        right=Right.CHANGE_SETTINGS,
        shows=Shows.NOBODY,
        method="POST",
    ),
    PageRoute(
        PATH + "/{connection_id}/disconnect",
        confirm_disconnect,
        right=Right.DISCONNECT,
        shows=Shows.NOBODY,
    ),
    PageRoute(
        PATH + "/{connection_id}/disconnect",
        end_connection,
        right=Right.DISCONNECT,
        shows=Shows.NOBODY,
        method="POST",
    ),
)
