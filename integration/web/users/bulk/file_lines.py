"""Reads the lines of an uploaded file: a Zoom user and the email of the profile to map it to.

The file is the download, filled in, however a spreadsheet has saved it: with commas, semicolons or
tabs, quoted or not, with any line ends, with or without a byte order mark, in UTF-8, UTF-16 or
Windows' Western encoding.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from integration.web.page.csv_file import written

MOST_LINES = 5000
LONGEST_CELL = 1000
ZOOM_USER, EMAIL = "zoom_user_id", "user_email"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Line:
    """`number` counts from 1, the line of column names."""

    number: int
    zoom_user_id: str
    text: str


@dataclass(frozen=True)
class BadLine:
    number: int
    why: str


@dataclass(frozen=True)
class FileLines:
    """`empty` counts the lines in which no email was filled in."""

    lines: tuple[Line, ...]
    bad: tuple[BadLine, ...]
    empty: int


class UnreadableFile(Exception):
    """The message is for the person who uploaded the file."""


def read_lines(content: bytes) -> FileLines:
    text = _text_of(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text))

    def numbered() -> Iterator[tuple[int, list[str]]]:
        before = 0
        for row in reader:
            yield before + 1, row
            before = reader.line_num

    try:
        return _lines_of(numbered())
    except csv.Error as error:
        raise UnreadableFile(f"Line {reader.line_num} of the file cannot be read.") from error


def _lines_of(rows: Iterator[tuple[int, list[str]]]) -> FileLines:
    """`rows` are the rows with the numbers of their first lines."""
    names = [cell.strip().lower() for cell in next(rows, (1, []))[1]]
    if ZOOM_USER not in names or EMAIL not in names:
        raise UnreadableFile(
            f"The first line must contain the column names, including {ZOOM_USER} and {EMAIL}. "
            "Download the file again and fill in its last column."
        )
    lines: list[Line] = []
    bad: list[BadLine] = []
    first: dict[str, int] = {}
    empty = 0
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if number > MOST_LINES + 1:
            raise UnreadableFile(f"The file has more than {MOST_LINES:,} lines. Split it.")
        cells = dict(zip(names, map(unwritten, row), strict=False))
        zoom_user_id, text = cells.get(ZOOM_USER, ""), " ".join(cells.get(EMAIL, "").split())
        if not text:
            empty += 1
        elif not zoom_user_id:
            bad.append(BadLine(number, "the ID of the Zoom user is missing"))
        elif max(len(zoom_user_id), len(text)) > LONGEST_CELL:
            bad.append(BadLine(number, "a cell is too long"))
        elif zoom_user_id in first:
            bad.append(BadLine(number, f"this Zoom user is already on line {first[zoom_user_id]}"))
        else:
            first[zoom_user_id] = number
            lines.append(Line(number, zoom_user_id, text))
    return FileLines(tuple(lines), tuple(bad), empty)


def unwritten(cell: str) -> str:
    """The cell without the apostrophe that the download puts before what could be a formula."""
    cell = cell.strip()
    without = cell.removeprefix("'")
    return without if without != cell and written(without) == cell else cell


def _text_of(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith(_UTF_16) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile("This is not a text file. Save it as CSV and upload it again.")


def _delimiter_of(text: str) -> str:
    """The most frequent separator of the first line."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
