"""The order of a table that its reader chooses, by a link in the head of each column.

The query value `sort` is a column's key, with a minus in front for a descending order. The table's
own order is not written. The template part is `page/parts/sorted_table.html`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from psycopg.sql import SQL, Composable

from integration.web.page.addresses import address


@dataclass(frozen=True)
class Column:
    """A column without a `key` cannot be sorted by. `greatest_first` is for times and numbers."""

    label: str
    key: str = ""
    greatest_first: bool = False
    is_number: bool = False


@dataclass(frozen=True)
class Sorting:
    """`sort` is the present order and `default` that of an address without one, both as in the
    query; `kept` are the other query values, without the page.
    """

    path: str
    columns: Sequence[Column]
    sort: str
    default: str
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descends(self) -> bool:
        return self.sort.startswith("-")

    @property
    def value(self) -> str:
        """For the other addresses of the list: empty for the default."""
        return "" if self.sort == self.default else self.sort

    def direction(self, column: Column) -> str | None:
        """For `aria-sort`: None for a column that the table is not sorted by."""
        if column.key != self.key:
            return None
        return "descending" if self.descends else "ascending"

    def address(self, column: Column) -> str:
        """The same list by this column; the other way round if it is sorted by it already."""
        turned = column.key if self.descends else f"-{column.key}"
        first = f"-{column.key}" if column.greatest_first else column.key
        sort = turned if column.key == self.key else first
        return address(self.path, {**self.kept, "sort": "" if sort == self.default else sort})

    def order_by(self, expressions: Mapping[str, SQL], *, ties: SQL) -> Composable:
        """An `order by` clause: key -> expression. Rows without a value are last both ways;
        `ties` puts rows that are equal in an order of their own.
        """
        way = SQL(" desc nulls last, ") if self.descends else SQL(" asc nulls last, ")
        return SQL("order by ") + expressions[self.key] + way + ties


def sorting_of(
    asked: str,
    *,
    path: str,
    columns: Sequence[Column],
    default: str,
    kept: Mapping[str, str] | None = None,
) -> Sorting:
    """The order that the query asks for; the default if there is no such column."""
    keys = {column.key for column in columns if column.key}
    sort = asked if asked.removeprefix("-") in keys else default
    return Sorting(path, columns, sort, default, kept or {})
