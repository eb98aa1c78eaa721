"""The audit trail is a chain: what was changed, removed or put in between is found."""

from collections.abc import Iterator

import psycopg
import pytest

from integration.database.audit_chain import Problem, problems_of_trail, trail
from integration.database.audit_trail import record_change
from integration.database.postgres import connect

ROWS = 6


def record(connection: psycopg.Connection, kind: str, subject: str = "ann") -> None:
    record_change(
        connection,
        organization_id="acme",
        user_id="boss",
        kind=kind,
        subject=subject,
        details={"to": "manager"},
    )


def page_of_acme(url: str) -> psycopg.Connection:
    """For several transactions."""
    page = connect(url, role="page")
    page.execute("set worksights.organization = 'acme'")
    page.commit()
    return page


@pytest.fixture
def chain(database_url: str) -> Iterator[psycopg.Connection]:
    """A trail of some rows, as the page writes it; the connection is the owner's."""
    with page_of_acme(database_url) as page:
        for number in range(1, ROWS + 1):
            record(page, f"kind_{number}")
    with connect(database_url) as connection:
        yield connection


def problems(connection: psycopg.Connection) -> list[Problem]:
    return problems_of_trail(connection, limit=50)


def test_an_untouched_trail_is_unbroken(chain: psycopg.Connection) -> None:
    found = trail(chain)
    assert problems(chain) == []
    assert (found.rows, found.blanked, len(found.hash)) == (ROWS, 0, 64)


def test_an_empty_trail_is_unbroken(database_url: str) -> None:
    with connect(database_url) as connection:
        assert problems(connection) == []
        assert trail(connection).hash == ""


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("update integration.audit_trail set kind = 'other' where number = 3", [3]),
        ("update integration.audit_trail set at = at - interval '1 s' where number = 3", [3]),
        ("update integration.audit_trail set organization_id = 'x' where number = 3", [3]),
        ("update integration.audit_trail set user_id = 'somebody' where number = 3", [3]),
        ("update integration.audit_trail set subject = 'bob' where number = 3", [3]),
        ("update integration.audit_trail set details = '[1]' where number = 3", [3]),
        ("update integration.audit_trail set via_link_of = 'x' where number = 3", [3]),
        ("update integration.audit_trail set user_digest = 'x' where number = 3", [3]),
        ("update integration.audit_trail set hash = 'x' where number = 3", [3, 4]),
        ("delete from integration.audit_trail where number = 3", [4]),
        ("delete from integration.audit_trail where number in (2, 3)", [4]),
        ("delete from integration.audit_trail where number = 1", [2]),
        ("delete from integration.audit_trail where number > 5", [ROWS]),
        ("delete from integration.audit_trail", [ROWS]),
        (
            "update integration.audit_trail set number = case number when 2 then 93 else 92 end "
            "where number in (2, 3); "
            "update integration.audit_trail set number = number - 90 where number > 90",
            [2, 3, 4],
        ),
        (
            "create temporary table copied as select * from integration.audit_trail; "
            "alter table integration.audit_trail disable trigger user; "
            "update copied set number = number + 100, entry_id = entry_id + 100; "
            "insert into integration.audit_trail overriding system value select * from copied",
            [101, 102, 103, 104, 105, 106, 6],
        ),
    ],
)
def test_whatever_was_done_to_it_is_found(
    statement: str, numbers: list[int], chain: psycopg.Connection
) -> None:
    chain.execute(statement)
    assert sorted(one.number for one in problems(chain)) == sorted(numbers)


def test_an_emptied_value_is_counted_and_breaks_nothing(chain: psycopg.Connection) -> None:
    chain.execute(
        "update integration.audit_trail set user_id = 'erased', details = '{}' where number = 2"
    )
    chain.execute("update integration.audit_trail set subject = 'erased' where number = 4")
    assert problems(chain) == []
    assert trail(chain).blanked == 2
    left = chain.execute(
        "select user_salt, details_salt, subject_salt is not null from integration.audit_trail "
        "where number = 2"
    ).fetchone()
    assert left == (None, None, True)


def test_a_value_that_follows_an_emptied_one_is_found(chain: psycopg.Connection) -> None:
    for user in ("erased", "somebody else"):
        chain.execute("update integration.audit_trail set user_id = %s where number = 2", [user])
    assert [one.number for one in problems(chain)] == [2]


def test_what_is_rolled_back_leaves_no_gap(database_url: str) -> None:
    with page_of_acme(database_url) as page:
        record(page, "kept")
        page.commit()
        record(page, "rolled_back")
        page.rollback()
        record(page, "kept_too")
        page.commit()
        assert problems(page) == []
        assert page.execute("select number from integration.audit_trail").fetchall() == [(1,), (2,)]


def test_two_writers_at_once_make_one_chain(database_url: str) -> None:
    """The second one waits for the first, which may take as long as its transaction does."""
    with (
        page_of_acme(database_url) as one,
        connect(database_url, role="pipeline") as other,
    ):
        record(one, "first")
        other.execute("set lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            record(other, "too early")
        other.rollback()
        one.commit()
        record(other, "second")
        other.commit()
        assert problems(one) == []


@pytest.mark.parametrize("role", ["page", "pipeline"])
@pytest.mark.parametrize(
    "statement",
    [
        "update integration.audit_trail set kind = 'x'",
        "delete from integration.audit_trail",
        "truncate integration.audit_trail",
        "update integration.audit_head set number = 0",
        "alter table integration.audit_trail disable trigger user",
    ],
)
def test_neither_page_nor_pipeline_can_change_it(
    role: str, statement: str, database_url: str
) -> None:
    with (
        connect(database_url, role=role) as connection,  # type: ignore[arg-type]
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_what_a_writer_says_about_the_chain_is_ignored(database_url: str) -> None:
    with page_of_acme(database_url) as page:
        page.execute(
            "insert into integration.audit_trail "
            "(organization_id, user_id, kind, subject, number, hash, user_salt) "
            "values ('acme', 'x', 'y', 'z', 77, 'mine', 'mine')"
        )
        assert problems(page) == []


def test_a_changed_role_and_a_deactivation_are_recorded_whoever_changes_them(
    database_url: str,
) -> None:
    with connect(database_url) as owner:
        owner.execute("insert into worksights.organizations values ('acme', 'Acme')")
        owner.execute(
            "insert into worksights.users (user_id, organization_id, email, full_name, role) "
            "values ('ann', 'acme', 'ann@acme.example', 'Ann', 'member')"
        )
        for change in (
            "full_name = 'Ann Ash'",
            "role = 'executive'",
            "role = 'executive'",
            "deactivated_at = '2026-01-01Z'",
            "deactivated_at = null",
        ):
            owner.execute(f"update worksights.users set {change}")  # noqa: S608
        recorded = owner.execute(
            "select user_id like 'database:%', kind, subject, details->>'to' "
            "from integration.audit_trail order by number"
        ).fetchall()
        assert problems(owner) == []
    assert recorded == [
        (True, "role_changed", "ann", "executive"),
        (True, "user_deactivated", "ann", None),
        (True, "user_reactivated", "ann", None),
    ]
