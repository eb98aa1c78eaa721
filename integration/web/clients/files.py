"""The lists of clients as CSV files: companies, people, relationships, and a company's sessions."""

from datetime import datetime

from starlette.responses import Response

from integration.directory.rights import Right
from integration.pipeline.marts import marts_exist
from integration.privacy.access_log import Act
from integration.web.clients.lists import (
    company_list,
    find_companies,
    find_groups,
    people_sorting,
)
from integration.web.clients.meetings import meetings
from integration.web.clients.one_client import find_company
from integration.web.clients.people import people
from integration.web.clients.ties import every_tie
from integration.web.page.csv_file import MOST_ROWS, csv_file
from integration.web.page.listing import SEARCH_LIMIT
from integration.web.page.time_zone import zone_of, zoned
from integration.web.page.visit import PageRoute, Visit

LIMIT = MOST_ROWS + 1  # one more than fits, which is refused


def companies_file(visit: Visit) -> Response:
    if visit.privacy.shows_groups_only:
        return _groups_file(visit)
    asked, found = company_list(visit), []
    with visit.transaction() as connection:
        if marts_exist(connection):
            found = find_companies(visit, connection, asked, limit=LIMIT, offset=0)
        visit.record(
            connection,
            Act.CLIENTS,
            users=[
                *(one.closest_user_id for one in found),
                *(one.only_user_id for one in found),
            ],
        )
    period = asked.period.words.lower()
    return csv_file(
        _named(visit, "companies"),
        [
            "Company", "Domain", "Name is a guess", f"Meeting hours ({period})",
            f"Sessions ({period})", _time("First met", visit), _time("Last met", visit),
            "Strongest relationship", "Strength", "Grade", "Only this colleague knows them",
            "Their people",
        ],
        (
            [
                one.name, one.domain, one.is_guessed, _hours(one.met_seconds), one.met_count,
                _local(one.first_met_at, visit), _local(one.last_met_at, visit), one.closest_user,
                one.strength, one.grade, one.only_user, one.person_count,
            ]
            for one in found
        ),
    )  # fmt: skip


def _groups_file(visit: Visit) -> Response:
    """The same companies and figures as on the page."""
    found = []
    with visit.transaction() as connection:
        if marts_exist(connection):
            search = visit.query("q")[:SEARCH_LIMIT]
            found = find_groups(visit, connection, search, limit=LIMIT, offset=0)
        visit.record(connection, Act.CLIENTS)
    return csv_file(
        _named(visit, "companies"),
        ["Company", "Domain", "Name is a guess", "People who met it", "Person-hours"],
        ([one.name, one.domain, one.is_guessed, one.users, _hours(one.seconds)] for one in found),
    )


def people_file(visit: Visit) -> Response:
    search, found = visit.query("q")[:SEARCH_LIMIT], []
    with visit.transaction() as connection:
        if marts_exist(connection):
            found = people(
                connection,
                organization_id=visit.viewer.organization_id,
                search=search,
                sorting=people_sorting(visit, search),
                limit=LIMIT,
            )
        visit.record(
            connection,
            Act.CLIENTS,
            users=[one.closest_user_id for one in found],
            persons=[one.person_id for one in found],
        )
    return csv_file(
        _named(visit, "people"),
        [
            "Person", "Name is a guess", "Email", "Company", "Strongest relationship", "Strength",
            "Grade", _time("First met", visit), _time("Last met", visit), "Sessions",
            "Person-hours",
        ],
        (
            [
                one.name, one.is_guessed, one.email, one.company_name, one.closest_user,
                one.strength, one.grade, _local(one.first_met_at, visit),
                _local(one.last_met_at, visit), one.session_count, _hours(one.person_seconds),
            ]
            for one in found
        ),
    )  # fmt: skip


def ties_file(visit: Visit) -> Response:
    asked, found = company_list(visit), []
    with visit.transaction() as connection:
        if marts_exist(connection):
            found = every_tie(
                connection,
                organization_id=visit.viewer.organization_id,
                search=asked.listing.search,
                since=asked.period.since,
                limit=LIMIT,
            )
        visit.record(connection, Act.CLIENTS, users=[one.user_id for one in found])
    return csv_file(
        _named(visit, "relationships"),
        [
            "Company", "Domain", "Colleague", f"Sessions ({asked.period.words.lower()})",
            "Person-hours (all time)", "Strength", "Grade", _time("Last met", visit),
        ],
        (
            [
                one.company_name, one.domain, one.full_name, one.meetings,
                _hours(one.person_seconds), one.strength, one.grade,
                _local(one.last_met_at, visit),
            ]
            for one in found
        ),
    )  # fmt: skip


def meetings_file(visit: Visit) -> Response:
    with visit.transaction() as connection:
        company = find_company(visit, connection)
        found = meetings(
            connection,
            organization_id=visit.viewer.organization_id,
            company_id=company.company_id,
            topics_of=visit.topics_of,
            limit=LIMIT,
            named=None,
        )
        visit.record(
            connection,
            Act.CLIENTS,
            users=[user for one in found for user in one.user_ids],
            persons=[person for one in found for person in one.person_ids],
        )
    return csv_file(
        _named(visit, f"sessions-{company.domain}"),
        [
            _time("Met", visit), "Topic", "Feature", "Meeting minutes", "Your people",
            "Their people", "Names of your people", "Names of their people",
        ],
        (
            [
                _local(one.met_at, visit), one.topic, one.feature,
                round((one.met_seconds or 0) / 60, 1), one.user_count, one.person_count,
                ", ".join(one.user_names), ", ".join(one.person_names),
            ]
            for one in found
        ),
    )  # fmt: skip


def _named(visit: Visit, what: str) -> str:
    return f"{what}-{zoned(visit.now, visit.viewer.time_zone):%Y-%m-%d}"


def _time(column: str, visit: Visit) -> str:
    return f"{column} ({zone_of(visit.viewer.time_zone).key})"


def _local(moment: datetime, visit: Visit) -> datetime:
    return zoned(moment, visit.viewer.time_zone)


def _hours(seconds: int) -> float:
    return round(seconds / 3600, 2)


PAGES = (
    PageRoute("/clients/companies.csv", companies_file, right=Right.SEE_CLIENTS, shows=Act.CLIENTS),
    PageRoute(
        "/clients/people.csv", people_file, right=Right.SEE_EVERY_TIMELINE, shows=Act.CLIENTS
    ),
    PageRoute(
        "/clients/relationships.csv", ties_file, right=Right.SEE_EVERY_TIMELINE, shows=Act.CLIENTS
    ),
    PageRoute(
        "/clients/companies/{company_id}/meetings.csv",
        meetings_file,
        right=Right.SEE_EVERY_TIMELINE,
        shows=Act.CLIENTS,
    ),
)
