"""The pages of one company and of one external person: figures, meetings, relationships, and how
their strength comes about.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.pipeline.marts import marts_exist
from integration.privacy.access_log import Act
from integration.web.clients.companies import Company, companies
from integration.web.clients.corrected_names import LONGEST, NAME, corrected_name
from integration.web.clients.figures import (
    known_by,
    last_weeks,
    meetings_by_week,
    met_in,
    seconds_by_week,
)
from integration.web.clients.lists import COMPANIES, PEOPLE
from integration.web.clients.meetings import Meeting, meetings
from integration.web.clients.people import Person, people
from integration.web.clients.period import every_period
from integration.web.clients.ties import (
    Interaction,
    Tie,
    interactions,
    ties_of_company,
    ties_of_person,
)
from integration.web.clients.weeks_picture import draw_weeks, in_hours
from integration.web.page.addresses import address, back_to
from integration.web.page.freshness import freshness_of
from integration.web.page.listing import ROWS, listing_of
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Visit

MEETINGS = 20
PEOPLE_OF_COMPANY = 100
TIES_SHOWN = 50


def company(visit: Visit) -> Response:
    of_company: dict[str, Any] = {
        "organization_id": visit.viewer.organization_id,
        "company_id": visit.path("company_id"),
    }
    periods, weeks = every_period(visit), last_weeks(visit.now, visit.viewer.time_zone)
    with visit.transaction() as connection:
        one = find_company(visit, connection)
        of_it = people(connection, **of_company, limit=PEOPLE_OF_COMPANY)
        ties = ties_of_company(connection, **of_company, limit=TIES_SHOWN + 1)
        met = met_in(connection, **of_company, periods=periods)
        by_week = seconds_by_week(connection, weeks, **of_company)
        context = {
            "company": one,
            "met": list(zip(periods, met, strict=True)),
            "known": known_by(connection, **of_company),
            "weeks": draw_weeks(weeks, by_week, in_hours, dates=visit.dates),
            "weeks_seconds": sum(by_week),
            "people": of_it,
            "ties": ties,
            "ties_shown": TIES_SHOWN,
            "back": back_to(COMPANIES, visit.query("back")),
            **_meetings(visit, connection, **of_company),
        }
        shown: list[Company | Person] = [one, *of_it]
        _record(visit, connection, shown, context)
    return visit.render("clients/company.html", **context)


def person(visit: Visit) -> Response:
    return show_person(visit)


def show_person(visit: Visit, *, entered: str | None = None, problem: str = "") -> Response:
    """With `problem`, the form for the name has what was entered."""
    of_person: dict[str, Any] = {
        "organization_id": visit.viewer.organization_id,
        "person_id": visit.path("person_id"),
    }
    weeks = last_weeks(visit.now, visit.viewer.time_zone)
    with visit.transaction() as connection:
        found = people(connection, **of_person) if marts_exist(connection) else []
        if not found:
            raise not_found()
        by_week = meetings_by_week(connection, weeks, **of_person)
        context = {
            "person": found[0],
            "weeks": draw_weeks(weeks, by_week, str, dates=visit.dates),
            "ties": ties_of_person(connection, **of_person, limit=TIES_SHOWN + 1),
            "ties_shown": TIES_SHOWN,
            "may_correct": visit.may(Right.CHANGE_SETTINGS),
            "entered": entered,
            "problem": problem,
            "longest": LONGEST,
            "corrected": corrected_name(connection, visit.viewer.organization_id, found[0].email),
            "back": back_to(PEOPLE, visit.query("back")),
            **_meetings(visit, connection, **of_person),
        }
        _record(visit, connection, found, context)
    return visit.render("clients/person.html", status=400 if problem else 200, **context)


def find_company(visit: Visit, connection: psycopg.Connection) -> Company:
    """The company in the address."""
    found = (
        companies(
            connection,
            organization_id=visit.viewer.organization_id,
            company_id=visit.path("company_id"),
        )
        if marts_exist(connection)
        else []
    )
    if not found:
        raise not_found()
    return found[0]


def _meetings(visit: Visit, connection: psycopg.Connection, **client: Any) -> dict[str, Any]:
    """One page of the meetings with a client, and one of what each added to a relationship."""
    here = visit.request.url.path.removesuffix(NAME)  # also where its form was refused
    listing = listing_of(visit, here, filters=(), kept={"back": visit.query("back")})
    asked = visit.query("weights")
    number = int(asked) if asked.isdecimal() and 0 < len(asked) < 6 and int(asked) else 0
    found = meetings(
        connection,
        **client,
        topics_of=visit.topics_of,
        limit=MEETINGS + 1,
        offset=(listing.number - 1) * MEETINGS,
    )
    weights = interactions(
        connection,
        **client,
        topics_of=visit.topics_of,
        limit=ROWS + 1,
        offset=(max(number, 1) - 1) * ROWS,
    )
    return {
        "freshness": freshness_of(visit, connection),
        "listing": listing,
        "meetings": found[:MEETINGS],
        "has_next": len(found) > MEETINGS,
        "interactions": weights[:ROWS],
        "weights_number": number,
        "weights_has_next": len(weights) > ROWS,
        "weights_page": lambda page: address(listing.path, {**listing.kept, "weights": page}),
    }


def _record(
    visit: Visit,
    connection: psycopg.Connection,
    clients: Sequence[Company | Person],
    context: dict[str, Any],
) -> None:
    ties: list[Tie] = context["ties"][:TIES_SHOWN]
    weights: list[Interaction] = context["interactions"]
    met: list[Meeting] = context["meetings"]
    visit.record(
        connection,
        Act.CLIENTS,
        users=[
            *(one.closest_user_id for one in clients),
            *(one.only_user_id for one in clients if isinstance(one, Company)),
            *(one.user_id for one in ties),
            *(one.user_id for one in weights),
            *(user for one in met for user in one.user_ids),
        ],
        persons=[
            *(one.person_id for one in clients if isinstance(one, Person)),
            *(one.person_id for one in weights),
            *(person for one in met for person in one.person_ids),
        ],
    )


PAGES = (
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
