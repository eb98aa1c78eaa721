"""Files for spreadsheets: what people outside have written stays text."""

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.web.page import csv_file as files
from integration.web.page.csv_file import BYTE_ORDER_MARK, csv_file, written
from integration.web.page.refusals import Refusal


def read(body: bytes) -> list[list[str]]:
    text = body.decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def test_a_file_has_a_name_a_mark_of_its_encoding_and_one_line_for_each_row() -> None:
    rows = [
        ["Zoë, Ltd", 'the "best"', "two\nlines", None, True],
        ["=1+1", -2, -0.5, Decimal("-1.50"), date(2026, 11, 2)],
        ["שלום", 0, datetime(2026, 11, 2, 9, 5, tzinfo=UTC), False, ""],
    ]
    answer = csv_file("companies of Zoë/2026-11-28", ["a", "b", "c", "d", "e"], rows)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="companies-of-Zo-2026-11-28.csv"'
    )
    assert answer.body.startswith(b"\xef\xbb\xbfa,b,c,d,e\r\n")
    assert read(answer.body)[1:] == [
        ["Zoë, Ltd", 'the "best"', "two\nlines", "", "yes"],
        ["'=1+1", "-2", "-0.5", "-1.50", "2026-11-02"],
        ["שלום", "0", "2026-11-02 09:05", "no", ""],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 30 1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00", "\x7f", "\x85", " =1",
     "\u00a0@x", "＝1", "＋1"],
)  # fmt: skip
def test_a_text_that_could_be_a_formula_has_an_apostrophe_in_front(text: str) -> None:
    assert written(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "Calder", "a=b", "1-2", "'=1", "é", "(-1)"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert written(text) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_whatever_the_cells_contain_a_row_stays_a_row(cells: list[str]) -> None:
    answer = csv_file("list", [f"column {n}" for n, _ in enumerate(cells)], [cells, cells])
    _, first, second = read(answer.body)
    assert first == second == [written(cell) for cell in cells]
    assert not any(re.match(r"\s*[=+\-@]", cell) for cell in first)


def test_a_list_too_long_for_a_file_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    assert len(read(csv_file("list", ["a"], [["x"]] * 2).body)) == 3
    with pytest.raises(Refusal) as refused:
        csv_file("list", ["a"], [["x"]] * 3)
    assert refused.value.status == 409
