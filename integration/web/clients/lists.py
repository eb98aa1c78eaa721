"""`/clients` and `/clients/people`: the companies and people that the organization meets."""

from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.pipeline.marts import marts_exist
from integration.privacy.access_log import Act
from integration.privacy.groups import SMALLEST_GROUP
from integration.web.clients import companies as of_companies
from integration.web.clients import people as of_people
from integration.web.clients.companies import Company, Found, companies, count_companies
from integration.web.clients.grouped import GroupedCompany, grouped_companies
from integration.web.clients.matrix import Matrix, arranged, strongest_ties
from integration.web.clients.people import people
from integration.web.clients.period import Period, every_period, period_of, quiet_before
from integration.web.page.addresses import address
from integration.web.page.freshness import freshness_of
from integration.web.page.listing import ROWS, Listing, listing_of
from integration.web.page.sorting import Sorting, sorting_of
from integration.web.page.visit import PageRoute, Visit

COMPANIES, PEOPLE = "/clients", "/clients/people"


@dataclass(frozen=True)
class CompanyList:
    """What the query of a list of companies requests."""

    listing: Listing
    sorting: Sorting
    period: Period
    periods: list[tuple[Period, str]]  # with their addresses

    @property
    def file(self) -> str:
        """The query of the same list as a file."""
        return address(
            "", {**self.sorting.kept, "sort": self.sorting.value, "period": self.period.value}
        )


def company_list(visit: Visit) -> CompanyList:
    """Reads the query; unknown values are ignored."""
    period = period_of(visit, visit.query("period"))
    search = listing_of(visit, COMPANIES, filters=("quiet",))
    show = "" if search.show == "all" else search.show
    kept = {"q": search.search, "show": show, "period": period.value}
    sorting = sorting_of(
        visit.query("sort"),
        path=COMPANIES,
        columns=of_companies.COLUMNS,
        default=of_companies.DEFAULT_ORDER,
        kept=kept,
    )
    listing = listing_of(
        visit,
        COMPANIES,
        filters=("quiet",),
        kept={"period": period.value, "sort": sorting.value},
    )
    others = {"q": search.search, "show": show, "sort": sorting.value}
    return CompanyList(
        listing,
        sorting,
        period,
        [(one, address(COMPANIES, {**others, "period": one.value})) for one in every_period(visit)],
    )


def find_companies(
    visit: Visit, connection: psycopg.Connection, asked: CompanyList, *, limit: int, offset: int
) -> list[Company]:
    return companies(
        connection,
        organization_id=visit.viewer.organization_id,
        search=asked.listing.search,
        since=asked.period.since,
        met_before=quiet_before(visit) if asked.listing.show == "quiet" else None,
        sorting=asked.sorting,
        limit=limit,
        offset=offset,
    )


def find_groups(
    visit: Visit, connection: psycopg.Connection, search: str, *, limit: int, offset: int
) -> list[GroupedCompany]:
    return grouped_companies(
        connection,
        organization_id=visit.viewer.organization_id,
        search=search,
        limit=limit,
        offset=offset,
    )


def list_companies(visit: Visit) -> Response:
    if visit.privacy.shows_groups_only:
        return _list_groups(visit)
    organization_id = visit.viewer.organization_id
    asked = company_list(visit)
    listing = asked.listing
    found: list[Company] = []
    matrix: Matrix | None = None
    counted = Found(0, 0)
    with visit.transaction() as connection:
        freshness = freshness_of(visit, connection)
        if marts_exist(connection):
            found = find_companies(visit, connection, asked, limit=ROWS, offset=listing.offset)
            counted = count_companies(
                connection,
                organization_id=organization_id,
                search=listing.search,
                met_before=quiet_before(visit),
            )
            if not listing.search and listing.number == 1 and listing.show == "all":
                ties = strongest_ties(
                    connection, organization_id=organization_id, since=asked.period.since
                )
                matrix = arranged(ties) if ties else None
        visit.record(
            connection,
            Act.CLIENTS,
            users=[
                *(one.closest_user_id for one in found),
                *(one.only_user_id for one in found),
                *(row.user_id for row in (matrix.rows if matrix else ())),
            ],
        )
    return visit.render(
        "clients/companies.html",
        listing=listing,
        sorting=asked.sorting,
        period=asked.period,
        periods=asked.periods,
        file=asked.file,
        companies=found,
        counted=counted,
        total=found[0].total if found else 0,
        quiet_before=quiet_before(visit),
        matrix=matrix,
        freshness=freshness,
    )


def _list_groups(visit: Visit) -> Response:
    listing, found = listing_of(visit, COMPANIES, filters=()), []
    with visit.transaction() as connection:
        if marts_exist(connection):
            found = find_groups(
                visit, connection, listing.search, limit=ROWS, offset=listing.offset
            )
        visit.record(connection, Act.CLIENTS)
        freshness = freshness_of(visit, connection)
    return visit.render(
        "clients/grouped.html",
        listing=listing,
        file=address("", {"q": listing.search}),
        companies=found,
        total=found[0].total if found else 0,
        smallest=SMALLEST_GROUP,
        freshness=freshness,
    )


def people_sorting(visit: Visit, search: str) -> Sorting:
    return sorting_of(
        visit.query("sort"),
        path=PEOPLE,
        columns=of_people.COLUMNS,
        default=of_people.DEFAULT_ORDER,
        kept={"q": search},
    )


def list_people(visit: Visit) -> Response:
    search = listing_of(visit, PEOPLE, filters=()).search
    sorting = people_sorting(visit, search)
    listing = listing_of(visit, PEOPLE, filters=(), kept={"sort": sorting.value})
    found = []
    with visit.transaction() as connection:
        freshness = freshness_of(visit, connection)
        if marts_exist(connection):
            found = people(
                connection,
                organization_id=visit.viewer.organization_id,
                search=search,
                sorting=sorting,
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
        "clients/people.html",
        listing=listing,
        sorting=sorting,
        file=address("", {"q": search, "sort": sorting.value}),
        people=found,
        total=found[0].total if found else 0,
        freshness=freshness,
    )


PAGES = (
    PageRoute(COMPANIES, list_companies, right=Right.SEE_CLIENTS, shows=Act.CLIENTS),
    PageRoute(PEOPLE, list_people, right=Right.SEE_EVERY_TIMELINE, shows=Act.CLIENTS),
)
