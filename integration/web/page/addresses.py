"""Addresses of a list's other states, and of the way back to the list from a page that it opens."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

LONGEST_BACK = 500  # characters of a query


def address(path: str, values: Mapping[str, str | int]) -> str:
    """The path with these query values, without those that are empty."""
    query = urlencode({name: value for name, value in values.items() if value != ""})
    return f"{path}?{query}" if query else path


def back_to(path: str, back: str) -> str:
    """The list with the query that its link carried as `back`. It leads to no other page, whatever
    the query is; too long a query is dropped.
    """
    known = parse_qsl(back) if len(back) <= LONGEST_BACK else []
    return address(path, dict(known))
