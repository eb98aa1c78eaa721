"""`/clients`: the companies and external people that the organization meets, and who meets them;
`/clients/strength`: how strength is computed.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.pipeline.marts import marts_exist
from integration.privacy.access_log import Act
from integration.privacy.groups import SMALLEST_GROUP
from integration.web.clients.grouped import grouped_companies
from integration.web.clients.listed import Company, Person, companies, people
from integration.web.clients.naming import corrected_name
from integration.web.clients.strength import example_of, formula, grades, weighted
from integration.web.clients.ties import (
    Interaction,
    Tie,
    interactions,
    strongest_ties,
    ties_of_company,
    ties_of_person,
)
from integration.web.clients.ties_picture import draw_ties
from integration.web.page.listing import ROWS, listing_of
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit

COMPANIES, PEOPLE, STRENGTH = "/clients", "/clients/people", "/clients/strength"
DRAWN = 12  # companies and users in the picture; more lines could not be distinguished
PEOPLE_OF_COMPANY = 100
TIES_SHOWN = 50


def list_companies(visit: Visit) -> Response:
    if visit.privacy.shows_groups_only:
        return _list_groups(visit)
    organization_id = visit.viewer.organization_id
    listing, found, ties = listing_of(visit, COMPANIES, filters=()), [], []
    with visit.transaction() as connection:
        if marts_exist(connection):
            found = companies(
                connection,
                organization_id=organization_id,
                search=listing.search,
                limit=ROWS,
                offset=listing.offset,
            )
            if not listing.search and listing.number == 1:
                ties = strongest_ties(
                    connection, organization_id=organization_id, companies=DRAWN, users=DRAWN
                )
        visit.record(
            connection,
            Act.CLIENTS,
            users=[*(one.closest_user_id for one in found), *(tie.user_id for tie in ties)],
        )
    return visit.render(
        "clients/companies.html",
        listing=listing,
        companies=found,
        total=found[0].total if found else 0,
        picture=draw_ties(ties) if ties else None,
    )


def _list_groups(visit: Visit) -> Response:
    listing, found = listing_of(visit, COMPANIES, filters=()), []
    with visit.transaction() as connection:
        if marts_exist(connection):
            found = grouped_companies(
                connection,
                organization_id=visit.viewer.organization_id,
                search=listing.search,
                limit=ROWS,
                offset=listing.offset,
            )
        visit.record(connection, Act.CLIENTS)
    return visit.render(
        "clients/grouped.html",
        listing=listing,
        companies=found,
        total=found[0].total if found else 0,
        smallest=SMALLEST_GROUP,
    )


def list_people(visit: Visit) -> Response:
    listing, found = listing_of(visit, PEOPLE, filters=()), []
    with visit.transaction() as connection:
        if marts_exist(connection):
            found = people(
                connection,
                organization_id=visit.viewer.organization_id,
                search=listing.search,
                limit=ROWS,
                offset=listing.offset,
            )
        visit.record(
            connection,
            Act.CLIENTS,
            users=[one.closest_user_id for one in found],
            persons=[one.person_id for one in found],
        )
    return visit.render(
        "clients/people.html", listing=listing, people=found, total=found[0].total if found else 0
    )


def company(visit: Visit) -> Response:
    company_id = visit.path("company_id")
    of_company: dict[str, Any] = {
        "organization_id": visit.viewer.organization_id,
        "company_id": company_id,
    }
    with visit.transaction() as connection:
        found = companies(connection, **of_company) if marts_exist(connection) else []
        if not found:
            raise not_found()
        of_it = people(connection, **of_company, limit=PEOPLE_OF_COMPANY)
        ties = ties_of_company(connection, **of_company, limit=TIES_SHOWN + 1)
        meetings = _meetings(visit, connection, **of_company)
        _record(visit, connection, [*found, *of_it], ties, meetings["interactions"])
        context = {
            "company": found[0],
            "people": of_it,
            "ties": ties,
            "ties_shown": TIES_SHOWN,
            **meetings,
        }
    return visit.render("clients/company.html", **context)


def person(visit: Visit) -> Response:
    person_id = visit.path("person_id")
    of_person: dict[str, Any] = {
        "organization_id": visit.viewer.organization_id,
        "person_id": person_id,
    }
    with visit.transaction() as connection:
        found = people(connection, **of_person) if marts_exist(connection) else []
        if not found:
            raise not_found()
        ties = ties_of_person(connection, **of_person, limit=TIES_SHOWN + 1)
        meetings = _meetings(visit, connection, **of_person)
        _record(visit, connection, found, ties, meetings["interactions"])
        context = {
            "person": found[0],
            "ties": ties,
            "ties_shown": TIES_SHOWN,
            "may_correct": visit.may(Right.CHANGE_SETTINGS),
            "corrected": corrected_name(connection, visit.viewer.organization_id, found[0].email),
            **meetings,
        }
    return visit.render("clients/person.html", **context)


def strength(visit: Visit) -> Response:
    """How strength is computed, for everybody whom it may be about."""
    with visit.transaction() as connection:
        numbers = formula(connection)
        listed = grades(connection)
        example = weighted(connection, example_of(numbers), now=visit.now)
    return visit.render("clients/strength.html", formula=numbers, grades=listed, example=example)


def _meetings(visit: Visit, connection: psycopg.Connection, **client: str) -> dict[str, Any]:
    """One page of the interactions with a client."""
    listing = listing_of(visit, visit.request.url.path, filters=())
    found = interactions(
        connection,
        **client,
        topics_of=visit.topics_of,
        limit=ROWS + 1,
        offset=listing.offset,
    )
    return {
        "listing": listing,
        "interactions": found[:ROWS],
        "has_next": len(found) > ROWS,
    }


def _record(
    visit: Visit,
    connection: psycopg.Connection,
    clients: Sequence[Company | Person],
    ties: Sequence[Tie],
    interactions: Sequence[Interaction],
) -> None:
    people = [one for one in clients if isinstance(one, Person)]
    visit.record(
        connection,
        Act.CLIENTS,
        users=[
            *(one.closest_user_id for one in clients),
            *(one.user_id for one in ties[:TIES_SHOWN]),
            *(one.user_id for one in interactions),
        ],
        persons=[*(one.person_id for one in people), *(one.person_id for one in interactions)],
    )


PAGES = (
    PageRoute(COMPANIES, list_companies, right=Right.SEE_CLIENTS, shows=Act.CLIENTS),
    PageRoute(PEOPLE, list_people, right=Right.SEE_EVERY_TIMELINE, shows=Act.CLIENTS),
    PageRoute(STRENGTH, strength, right=Right.SIGNED_IN, shows=Shows.NOBODY),
    PageRoute(
        "/clients/companies/{company_id}",
        company,
        right=Right.SEE_EVERY_TIMELINE,
        shows=Act.CLIENTS,
    ),
    PageRoute(
        "/clients/people/{person_id}", person, right=Right.SEE_EVERY_TIMELINE, shows=Act.CLIENTS
    ),
)
