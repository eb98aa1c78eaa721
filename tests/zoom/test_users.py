"""Zoom's lists of users as one table."""

from typing import Any

import pytest

from integration.zoom.users import phone_users, users_frame

COLUMNS = [
    "zoom_user_id",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "status",
]
ANN = {
    "id": "z1",
    "email": "ann@example.com",
    "first_name": "Ann",
    "last_name": "Lee",
    "display_name": "Ann Lee",
    "type": 2,
    "status": "active",
    "user_created_at": "2024-05-01T10:00:00Z",
    "created_at": "2025-01-01T00:00:00Z",
    "dept": "Sales",
    "group_ids": ["g1"],
}


def rows(*pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return users_frame(pages).frame.to_dict("records")


def test_a_user_becomes_one_row_of_the_texts_that_are_read() -> None:
    assert rows([ANN]) == [
        {
            "zoom_user_id": "z1",
            "email": "ann@example.com",
            "first_name": "Ann",
            "last_name": "Lee",
            "display_name": "Ann Lee",
            "status": "active",
        }
    ]


@pytest.mark.parametrize(
    ("email", "kept"),
    [("\u200bAnn@Example.COM", "ann@example.com"), ("Ann <ann@example.com>", "ann@example.com")]
    + [("n/a", None), ("", None)],
)
def test_an_email_is_cleaned_and_any_other_text_is_discarded(email: str, kept: str | None) -> None:
    assert [row["email"] for row in rows([ANN | {"email": email}])] == [kept]


@pytest.mark.parametrize("pages", [[], [[]], [[{"email": "new@example.com"}]]])
def test_no_users_make_an_empty_frame_with_all_columns(pages: list[list[dict[str, Any]]]) -> None:
    frame = users_frame(pages).frame

    assert (list(frame.columns), len(frame)) == (COLUMNS, 0)
    assert {str(frame[name].dtype) for name in COLUMNS} == {"object"}


def test_pending_users_have_no_id_and_are_only_counted() -> None:
    pending = [{"email": "new@example.com", "status": "pending"}, {"email": "b@x.com", "id": ""}]

    users = users_frame([[ANN], pending])

    assert (list(users.frame["zoom_user_id"]), users.pending_count) == (["z1"], 2)


def test_a_pending_user_of_a_restarted_list_is_counted_once() -> None:
    pending = [{"email": "new@example.com", "status": "pending"}]

    assert users_frame([pending, pending]).pending_count == 1


def test_the_last_row_of_a_user_on_several_pages_is_kept() -> None:
    assert [row["status"] for row in rows([ANN], [{**ANN, "status": "inactive"}])] == ["inactive"]


@pytest.mark.parametrize(
    ("field", "value", "column", "expected"),
    [
        ("email", "  ann@example.com\t", "email", "ann@example.com"),
        ("first_name", "   ", "first_name", None),
        ("last_name", None, "last_name", None),
        ("display_name", "An\x00n", "display_name", "Ann"),
        ("display_name", "\x00", "display_name", None),
        ("display_name", "Ann \N{WAVING HAND SIGN}", "display_name", "Ann \N{WAVING HAND SIGN}"),
        ("display_name", "Ann \ud83d", "display_name", "Ann ?"),  # half of a surrogate pair
        ("first_name", 7, "first_name", "7"),
        ("first_name", ["Ann"], "first_name", None),
        ("id", 12345, "zoom_user_id", "12345"),
        ("id", "\U00020000" * 32, "zoom_user_id", "\U00020000" * 32),
        ("email", "a" * 308 + "@example.com", "email", "a" * 308 + "@example.com"),
        ("email", "a" * 309 + "@example.com", "email", None),
        ("first_name", "\U00020000" * 100, "first_name", "\U00020000" * 100),
        ("last_name", "\U00020000" * 100 + "a", "last_name", None),
        ("display_name", "a" * 401, "display_name", None),
        ("status", "a" * 129, "status", None),
    ],
)
def test_values_are_read_leniently(field: str, value: Any, column: str, expected: Any) -> None:
    assert rows([{**ANN, field: value}])[0][column] == expected


def test_a_user_with_an_id_of_more_than_128_bytes_is_skipped() -> None:
    assert [row["zoom_user_id"] for row in rows([{**ANN, "id": "z" * 129}, ANN])] == ["z1"]


def test_values_of_phone_users_that_are_too_long_are_discarded() -> None:
    pages = [[{"id": "z1", "extension_id": "e" * 129, "extension_number": 7}, {"id": "z" * 129}]]
    assert phone_users(pages) == [("z1", None, "7")]


def test_missing_fields_are_none_and_not_nan() -> None:
    assert rows([{"id": "z2"}, ANN])[0] == {
        **dict.fromkeys(COLUMNS),
        "zoom_user_id": "z2",
    }


def test_a_list_of_users_shows_no_one_when_printed() -> None:
    assert "ann@example.com" not in repr(users_frame([[ANN]]))
