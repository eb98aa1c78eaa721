"""Everything has a deadline, and what is older is gone."""

from datetime import UTC, datetime, timedelta

import pytest

from integration.privacy.deadlines import Deadline, deadline_of
from integration.privacy.registry import personal_columns
from integration.privacy.retention import oldest_kept
from tests.pipeline.events import Person, Session, call_ended, user_event
from tests.pipeline.installation import Installation

ACCOUNT = "ForgettingAccount0000"
START = datetime(2023, 1, 16, 9, tzinfo=UTC)
LATER = datetime(2026, 1, 16, 9, tzinfo=UTC)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
GONE = Person("Gil Gone", "zu-gil", "gil@firm.example")
GUEST = Person("Gus Guest", email="gus@client.example")
OLD_TEXTS = ("Gus Guest", "gus@client.example", "Gil Gone", "gil@firm.example", "zu-gil", "gil",
             "Old secrets", "2125550199")  # fmt: skip


def session(uuid: str, start: datetime, topic: str) -> Session:
    return Session(ACCOUNT, uuid, "zu-ann", start, start + timedelta(hours=1), topic)


def test_every_column_with_personal_data_has_a_deadline() -> None:
    assert all(deadline_of(column) in Deadline for column in personal_columns())


@pytest.mark.parametrize(
    ("months", "oldest"),
    [(1, "2025-12-01"), (12, "2025-01-01"), (25, "2023-12-01"), (36, "2023-01-01")],
)
def test_whole_months_are_kept(months: int, oldest: str) -> None:
    kept = oldest_kept(months, now=LATER)
    assert kept == datetime.fromisoformat(f"{oldest}T00:00:00+00:00")


def test_never_and_more_months_than_time_has_delete_nothing() -> None:
    assert oldest_kept(None, now=LATER) is None
    assert (oldest_kept(100_000, now=LATER) or LATER).year == 1


@pytest.fixture
def firm(installation: Installation) -> Installation:
    """A firm with old and new sessions, and a user and a Zoom user who left long ago."""
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email, "gil": GONE.email})
    installation.execute(
        "update integration.connections set connected_at = %s", [START - timedelta(days=9)]
    )
    installation.execute("update worksights.users set created_at = %s", [START])
    for user, zoom_user in (("ann", "zu-ann"), ("gil", "zu-gil")):
        installation.execute(
            "insert into integration.mapping_changes "
            "(zoom_account_id, zoom_user_id, user_id, effective_from, changed_by) "
            "values (%s, %s, %s, %s, 'gil')",
            [ACCOUNT, zoom_user, user, START],
        )
    installation.execute(
        """
        insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, imported_at,
            batch, email, display_name, is_listed)
        values ('firm', %(account)s, 'zu-gil', %(start)s, 0, %(email)s, 'Gil Gone', true),
            ('firm', %(account)s, 'zu-gil', %(start)s + interval '1 day', 0, %(email)s, 'Gil Gone',
                false)
        """,
        {"account": ACCOUNT, "start": START, "email": GONE.email},
    )
    created = user_event("created", ACCOUNT, START, zoom_user_id="zu-gil", email=GONE.email)
    installation.deliver(
        created,
        *session("old", START, "Old secrets").whole([ANN, GONE, GUEST]),
        call_ended("caller", ACCOUNT, START, call_id="old-call"),
        at=START + timedelta(hours=2),
    )
    installation.batch(now=START + timedelta(hours=3))
    new = session("new", LATER - timedelta(hours=3), "New plans")
    installation.deliver(*new.whole([ANN, Person("Nia New", email="nia@new.example")]), at=LATER)
    return installation


def found_in(installation: Installation) -> dict[str, list[str]]:
    """Old text -> the columns of the registry with it."""
    found: dict[str, list[str]] = {}
    for column in personal_columns():
        if not installation.value("select to_regclass(%s) is not null", [column.table]):
            continue
        content = installation.value(
            f"select coalesce(string_agg({column.column}::text, '|'), '') from {column.table}"  # noqa: S608
        )
        for text in OLD_TEXTS:
            if text in content:
                found.setdefault(text, []).append(f"{column.table}.{column.column}")
    return found


def test_after_a_batch_nothing_is_older_than_it_is_kept(firm: Installation) -> None:
    deactivated = START + timedelta(days=2)
    firm.execute(
        "update worksights.users set deactivated_at = %s where user_id = 'gil'", [deactivated]
    )
    before = found_in(firm)
    firm.batch(now=LATER)
    assert set(before) == set(OLD_TEXTS)
    assert found_in(firm) == {}
    shown = firm.value("select array_agg(topic) from timeline.sessions")
    assert shown == ["New plans"]
    assert firm.value("select array_agg(email) from clientsights.people") == ["nia@new.example"]
    assert [line for line in firm.rebuild(check=True) if " removed, " in line] == []


def test_an_organization_that_keeps_everything_keeps_everything(firm: Installation) -> None:
    firm.execute(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('firm', 'retention_months', 'never')"
    )
    firm.batch(now=LATER)
    assert set(found_in(firm)) == set(OLD_TEXTS)


def test_what_arrives_too_late_is_deleted_when_its_session_cannot_be_open_any_more(
    firm: Installation,
) -> None:
    firm.batch(now=LATER)
    firm.deliver(
        *session("very-late", START, "Old secrets").whole([ANN, GUEST]),
        at=LATER + timedelta(minutes=1),
    )
    firm.batch(now=LATER + timedelta(minutes=20))
    assert "Old secrets" in found_in(firm)
    firm.batch(now=LATER + timedelta(hours=25))
    texts = ("Old secrets", "Gus Guest", "gus@client.example")
    assert not {*texts} & set(found_in(firm))


def test_a_session_that_reaches_into_a_month_that_is_kept_stays(firm: Installation) -> None:
    start = datetime(2023, 11, 30, 23, 30, tzinfo=UTC)
    firm.deliver(*session("over-midnight", start, "Late shift").whole([ANN]), at=LATER)
    firm.batch(now=LATER)
    assert "Late shift" in firm.value("select array_agg(topic) from timeline.sessions")
