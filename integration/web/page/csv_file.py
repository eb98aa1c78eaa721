"""A list as a CSV file, which spreadsheets open without running anything that it contains.

RFC 4180 in UTF-8 with a byte order mark, by which Excel recognizes the encoding. Names and topics
come from people outside; a spreadsheet takes a cell that starts with `=` for a formula.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from unicodedata import category

from starlette.responses import Response

from integration.quantities import quantity
from integration.web.page.refusals import Refusal

# Negative numbers are of a number type, and stay numbers.
Cell = str | int | float | Decimal | bool | date | datetime | None

MOST_ROWS = 100_000  # about 15 MB, which is held in memory
BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = "=+-@＝＋－＠"  # Excel takes the wide forms for the narrow ones in some languages


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The download `name`.csv with a line of column names, followed by `rows`. A moment is written
    as its own zone's date and time, without the zone, which a column's name should say. Refuses
    more than MOST_ROWS rows: a file that was cut would look complete.
    """
    text = io.StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise _too_long()
        writer.writerow([written(cell) for cell in row])
    file_name = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.") or "list"
    return Response(
        text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}.csv"'},
    )


def written(cell: Cell) -> str | int | float | Decimal:
    """The cell as it is written. A leading apostrophe makes a text that could be a formula, or
    that starts with a control character, harmless.
    """
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case str():
            return f"'{cell}" if _is_dangerous(cell) else cell
        case _:
            return cell


def _is_dangerous(text: str) -> bool:
    # Some programs remove the spaces in front of a cell before they read it.
    return text.lstrip().startswith(tuple(FORMULA_STARTS)) or category((text or "x")[0]) == "Cc"


def _too_long() -> Refusal:
    return Refusal(
        409,
        title="This list is too long for one file",
        text=f"A file holds up to {quantity(MOST_ROWS, 'row')}.",
        next_step="Go back, search for part of the list or choose a shorter period, and try again.",
    )
