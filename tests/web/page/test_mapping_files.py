"""The work list comes down as a file, and up again with the profiles filled in."""

import csv
import io

import pytest

from tests.web.page.bulk_mapping import UPLOAD, USERS, save, saved, with_suggestions
from tests.web.page.site import Site, Visitor, email_of
from tests.web.page.zoom_users import words


@pytest.fixture
def acme(site: Site) -> Site:
    return with_suggestions(site)


def uploaded(visitor: Visitor, content: bytes) -> tuple[int, str]:
    token = visitor.csrf_token()
    answer = visitor.http.post(
        visitor.base + UPLOAD, data={"csrf_token": token}, files={"file": ("m.csv", content)},
        allow_redirects=False, timeout=60,
    )  # fmt: skip
    return answer.status_code, answer.text


def test_the_file_comes_back_filled_in_and_every_bad_line_is_named(acme: Site) -> None:
    admin = acme.visitor("admin")
    down = admin.get(f"{USERS}/not-mapped.csv").content.decode("utf-8-sig")
    lines = [*csv.reader(io.StringIO(down))]
    assert lines[0] == [
        "zoom_user_id", "name", "zoom_email", "suggestion", "reason", "user_email",
    ]  # fmt: skip
    by_id = {line[0]: line for line in lines[1:]}
    assert by_id["zu-pat"][1] == "'=Pat; Quote\" O'Neil"
    assert by_id["zu-manager"][3:] == [email_of("manager"), "Same name, only match", ""]
    filled = {
        "zu-pat": "ann1@ACME.example", "zu-room": "Nobody", "zu-ann": "no-such@acme.example",
        "zu-owner": "Ann Ash",
    }  # fmt: skip
    for zoom_user_id, text in filled.items():
        by_id[zoom_user_id][5] = text
    # As Excel saves it where the comma is the decimal sign.
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows = [lines[0], *by_id.values(), ["'-gone", *[""] * 4, "nobody"], by_id["zu-room"], []]
    writer.writerows(rows)
    numbers = {row[0]: number for number, row in enumerate(rows[:-3], 1)}
    status, page = uploaded(admin, b"\xef\xbb\xbf" + out.getvalue().encode())
    named = words(page.partition("not used</h2>")[2].partition("</ul>")[0])
    bad = {
        numbers["zu-ann"]: "no WorkSights user has the email “no-such@acme.example”",
        numbers["zu-owner"]: "2 people have the name “Ann Ash”",
        len(rows) - 2: "no Zoom user has the ID “-gone”",
        len(rows) - 1: f"this Zoom user is already on line {numbers['zu-room']}",
    }
    assert status == 200
    assert named == " ".join(f"Line {number}: {why}" for number, why in sorted(bad.items()))
    assert "2 lines without an email of a WorkSights user are left as they are" in words(page)
    assert save(admin, page) == 303
    assert saved(acme) == {"zu-pat": ("ann-1", False), "zu-room": (None, False)}


UNUSABLE = {  # what is wrong -> (content, status, sentence)
    "no columns": (b"name,email\r\nx,y\r\n", 400, "The first line must contain the column names"),
    "not text": (b"\x00\x01\x02", 400, "This is not a text file"),
    "nothing filled in": (b"zoom_user_id,user_email\r\nzu-room,\r\n", 400, "No line has a value"),
    "too many lines": (
        b"zoom_user_id,user_email\n" + b"zu,nobody\n" * 5002, 400, "more than 5,000 lines",
    ),
    "too large": (b"x" * (1 << 20), 413, "Nothing was changed"),
    "tabs and UTF-16, which can be used": (
        "zoom_user_id\tuser_email\nzu-room\tnobody\n".encode("utf-16"), 200, "Save 1 mapping",
    ),
}  # fmt: skip


def test_a_file_that_cannot_be_used_is_refused_with_the_reason(acme: Site) -> None:
    admin = acme.visitor("admin")
    answers = {name: uploaded(admin, content) for name, (content, _, _) in UNUSABLE.items()}
    assert {
        name: (answers[name][0], sentence in answers[name][1])
        for name, (_, _, sentence) in UNUSABLE.items()
    } == {name: (status, True) for name, (_, status, _) in UNUSABLE.items()}
