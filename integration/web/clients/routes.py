"""`/clients`: the companies and external people that the organization meets, and who meets them;
`/clients/strength`: how strength is computed.
"""

from starlette.responses import Response

from integration.directory.rights import Right
from integration.web.clients import files, lists, one_client
from integration.web.clients.strength import example_of, formula, grades, weighted
from integration.web.page.visit import PageRoute, Shows, Visit

STRENGTH = "/clients/strength"


def strength(visit: Visit) -> Response:
    """How strength is computed, for everybody whom it may be about."""
    with visit.transaction() as connection:
        numbers = formula(connection)
        listed = grades(connection)
        example = weighted(connection, example_of(numbers), now=visit.now)
    return visit.render("clients/strength.html", formula=numbers, grades=listed, example=example)


PAGES = (
    *lists.PAGES,
    *files.PAGES,
    *one_client.PAGES,
    PageRoute(STRENGTH, strength, right=Right.SIGNED_IN, shows=Shows.NOBODY),
)
