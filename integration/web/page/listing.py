"""A paged list: its search, filter and page number, and the addresses of its other pages."""

from dataclasses import dataclass
from urllib.parse import urlencode

from integration.web.page.visit import Visit

ROWS = 50
SEARCH_LIMIT = 100


@dataclass(frozen=True)
class Listing:
    """`show` is one of the list's filters; `number` is the page, starting from 1."""

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
        """The address of the first page with another filter, for the same search."""
        return self._address(show=show, page=1)

    def _address(self, *, show: str, page: int) -> str:
        asked = {"q": self.search, "show": "" if show == "all" else show, "page": page}
        query = urlencode({name: value for name, value in asked.items() if value not in ("", 1)})
        return f"{self.path}?{query}" if query else self.path


def listing_of(visit: Visit, path: str, *, filters: tuple[str, ...]) -> Listing:
    """The list that the query requests; invalid values are ignored."""
    show, number = visit.query("show"), visit.query("page")
    return Listing(
        path=path,
        search=visit.query("q")[:SEARCH_LIMIT],
        show=show if show in filters else "all",
        number=min(max(int(number), 1), 10_000) if number.isdecimal() and len(number) < 6 else 1,
    )
