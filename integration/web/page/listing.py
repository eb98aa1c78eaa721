"""A paged list: its search, filter and page number, and the addresses of its other pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from integration.web.page.addresses import address, query_of
from integration.web.page.visit import Visit

ROWS = 50
SEARCH_LIMIT = 100


@dataclass(frozen=True)
class Listing:
    """`show` is one of the list's filters; `number` is the page, starting from 1. `kept` are the
    query values that the list has besides, such as its order.
    """

    path: str
    search: str
    show: str
    number: int
    kept: Mapping[str, str] = field(default_factory=dict)

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

    @property
    def query(self) -> str:
        """The query of this page of the list."""
        return self.page(self.number).partition("?")[2]

    @property
    def back(self) -> str:
        """What a link to one of its rows ends with, so that the way back leads to this page."""
        return address("", {"back": self.query})

    def _address(self, *, show: str, page: int) -> str:
        return address(
            self.path,
            {
                "q": self.search,
                "show": "" if show == "all" else show,
                **self.kept,
                "page": "" if page == 1 else page,
            },
        )


def listing_of(
    visit: Visit, path: str, *, filters: tuple[str, ...], kept: Mapping[str, str] | None = None
) -> Listing:
    """The list that the query requests, or of which a form was sent: that has its query as `back`.
    Invalid values are ignored.
    """
    sent = query_of(visit.field("back"))
    show, search, number = (sent.get(name, visit.query(name)) for name in ("show", "q", "page"))
    return Listing(
        path=path,
        search=search[:SEARCH_LIMIT],
        show=show if show in filters else "all",
        number=_number(number),
        kept=kept or {},
    )


def page_number(visit: Visit) -> int:
    """The page of a list that the query asks for, starting from 1."""
    return _number(visit.query("page"))


def _number(number: str) -> int:
    return min(max(int(number), 1), 10_000) if number.isdecimal() and len(number) < 6 else 1
