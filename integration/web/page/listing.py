"""A long list on the page: what was searched for, which part is shown, and the addresses of the
others.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from integration.web.page.visit import Visit

ROWS = 50
SEARCH_LIMIT = 100


@dataclass(frozen=True)
class Listing:
    """`show` is one of the list's filters, `number` the page, from 1."""

    path: str
    search: str
    show: str
    number: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * ROWS

    def pages(self, total: int) -> int:
        return max(1, -(-total // ROWS))

    def has_next(self, total: int) -> bool:
        return self.number < self.pages(total)

    def page(self, number: int) -> str:
        return self._address(show=self.show, page=number)

    def shown(self, show: str) -> str:
        """The first page of another filter, for the same search."""
        return self._address(show=show, page=1)

    def _address(self, *, show: str, page: int) -> str:
        asked = {"q": self.search, "show": "" if show == "all" else show, "page": page}
        query = urlencode({name: value for name, value in asked.items() if value not in ("", 1)})
        return f"{self.path}?{query}" if query else self.path


def listing_of(visit: Visit, path: str, *, filters: tuple[str, ...]) -> Listing:
    """As asked for; what cannot be understood counts as not asked."""
    show, number = visit.query("show"), visit.query("page")
    return Listing(
        path=path,
        search=visit.query("q")[:SEARCH_LIMIT],
        show=show if show in filters else "all",
        number=min(max(int(number), 1), 10_000) if number.isdecimal() and len(number) < 6 else 1,
    )
