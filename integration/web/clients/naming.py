"""`/clients/people/{person_id}/name`: corrects the name of an external person."""

import psycopg
from starlette.responses import Response

from integration.database import rows
from integration.directory.rights import Right
from integration.identity.names import tidy
from integration.pipeline.marts import marts_exist
from integration.web.clients.corrected_names import LONGEST, NAME
from integration.web.clients.lists import PEOPLE
from integration.web.clients.one_client import show_person
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom.texts import is_longer


def correct(visit: Visit) -> Response:
    person_id, name = visit.path("person_id"), tidy(visit.field("name"))
    if is_longer(name, LONGEST):
        return _form_again(visit, "Enter a shorter name.")
    if name and not any(map(str.isalpha, name)):  # also what cannot be seen
        return _form_again(visit, "Enter a name with at least one letter.")
    viewer = visit.viewer
    with visit.transaction() as connection:
        key = _key_of(connection, viewer.organization_id, person_id)
        if key is None:
            raise not_found()
        visit.require(Right.SEE_EVERY_TIMELINE)
        if name:
            connection.execute(
                """
                insert into integration.person_names
                    (organization_id, person_key, display_name, changed_by)
                values (%s, %s, %s, %s)
                on conflict (organization_id, person_key) do update
                set display_name = excluded.display_name, changed_by = excluded.changed_by,
                    changed_at = now()
                """,
                [viewer.organization_id, key, name, viewer.user_id],
            )
        else:
            connection.execute(
                "delete from integration.person_names "
                "where organization_id = %s and person_key = %s",
                [viewer.organization_id, key],
            )
        visit.record_change(
            connection, "name_corrected" if name else "name_restored", subject=person_id
        )
        visit.show_next(
            connection,
            "Name saved. It appears with the next update, which starts within 20 minutes."
            if name
            else "Zoom's name appears again with the next update.",
        )
    return visit.go(f"{PEOPLE}/{person_id}")


def _form_again(visit: Visit, problem: str) -> Response:
    visit.require(Right.SEE_EVERY_TIMELINE)
    return show_person(visit, entered=visit.field("name"), problem=problem)


def _key_of(connection: psycopg.Connection, organization_id: str, person_id: str) -> str | None:
    """The person key of somebody whom the organization has met."""
    if not marts_exist(connection):
        return None
    return rows.maybe_scalar(
        connection,
        str,
        "select email from clientsights.people where organization_id = %s and person_id = %s",
        [organization_id, person_id],
    )


PAGES = (
    PageRoute(
        PEOPLE + "/{person_id}" + NAME,
        correct,
        right=Right.CHANGE_SETTINGS,
        shows=Shows.NOBODY,
        method="POST",
    ),
)
