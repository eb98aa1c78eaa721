"""What a company and an external person have in common as a row of a list."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.sql import SQL, Composable, Identifier


@dataclass(frozen=True)
class Client:
    """`strength`, 0 to 100, and `grade` are those of `closest_user`, who has the strongest
    relationship of all users; `total` counts the whole list.
    """

    name: str
    is_guessed: bool
    first_met_at: datetime
    last_met_at: datetime
    strength: float
    grade: str
    closest_user: str | None
    closest_user_id: str | None
    total: int


# The strongest relationship of each client, from the end of the index on client and sum. The sum
# sorts like the strength, which need not be computed for each row. It reads the tables, not the
# views, because Postgres does not push the order down into the views.
_STRONGEST = SQL("""
    left join lateral (
        select ties.user_id, ties.decayed_minutes from intermediate.{ties} as ties
        where ties.organization_id = {client}.organization_id and ties.{key} = {client}.{key}
        order by ties.decayed_minutes desc, ties.user_id
        limit 1
    ) as ties on true
""")
SHOWN = SQL("""
    page.first_met_at, page.last_met_at, page.total,
    coalesce(graded.strength, 0)::double precision as strength,
    clientsights.grade_of(coalesce(graded.strength, 0)) as grade,
    users.full_name as closest_user, ties.user_id as closest_user_id
""")
_TABLES = {
    "companies": {
        "key": Identifier("company_id"),
        "ties": Identifier("int_company_relationships"),
    },
    "people": {"key": Identifier("person_id"), "ties": Identifier("int_relationships")},
}


def strongest(clients: str, *, of: str) -> Composable:
    """Joins `ties` to the rows of `clients`, which are `of` companies or people."""
    return _STRONGEST.format(client=Identifier(clients), **_TABLES[of])


def details(*, of: str) -> Composable:
    """Joins what SHOWN reads to the rows of `page`, which are `of` companies or people."""
    return strongest("page", of=of) + SQL("""
        left join worksights.users
            on users.organization_id = page.organization_id and users.user_id = ties.user_id
        cross join lateral (
            select clientsights.strength_at(ties.decayed_minutes, now()) as strength
        ) as graded
    """)
