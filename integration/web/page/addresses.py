"""Addresses of a list's other states, and of the way back to the list from a page that it opens."""

from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl, urlencode

# Characters of a query. A list's page of ticked rows has up to 2,000.
LONGEST_BACK = 4000
OF_LIST = ("q", "show", "period", "sort", "page")


def address(path: str, values: Mapping[str, str | int]) -> str:
    """The path with these query values, without those that are empty."""
    query = urlencode({name: value for name, value in values.items() if value != ""})
    return f"{path}?{query}" if query else path


def back_to(path: str, back: str, *, only: Collection[str] | None = None) -> str:
    """The list with the query that its link carried as `back`. It leads to no other page, whatever
    the query is. `only`: with these values alone.
    """
    values = query_of(back)
    return address(path, values if only is None else {k: v for k, v in values.items() if k in only})


def query_of(back: str) -> dict[str, str]:
    """The values of a list's query that a link or a form carried; none if it is too long."""
    return dict(parse_qsl(back)) if len(back) <= LONGEST_BACK else {}
