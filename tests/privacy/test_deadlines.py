"""Everything has a deadline, and what is older is gone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from integration.database.postgres import connect
from integration.privacy.deadlines import Deadline, deadline_of
from integration.privacy.old_users import remove_users
from integration.privacy.registry import personal_columns
from integration.privacy.retention import oldest_kept
from simulator.world import World
from tests.pipeline.events import Body, Person, Session, call_ended, user_event
from tests.pipeline.installation import Installation, new_installation

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


KEEPER = "keeper"  # an organization that keeps everything
OF_KEEPER = "KeepingAccount0000000"
KEPT_TEXTS = ("Kept secrets", "kim@kept.example", "Kim Kept")


def session_of_keeper() -> list[Body]:
    end = START + timedelta(hours=1)
    kept = Session(OF_KEEPER, "kept", "zu-kate", START, end, "Kept secrets")
    kate = Person("Kate Keeper", "zu-kate", "kate@keeper.example")
    return kept.whole([kate, Person("Kim Kept", email="kim@kept.example")])


@pytest.fixture(scope="module")
def firm(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    """A firm with old and new sessions, and a user and a Zoom user who left long ago, after the
    batch that derived the old ones.
    """
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        _past(installation)
        new = session("new", LATER - timedelta(hours=3), "New plans")
        start = datetime(2023, 11, 30, 23, 30, tzinfo=UTC)
        over_midnight = session("over-midnight", start, "Late shift")
        nia = Person("Nia New", email="nia@new.example")
        installation.deliver(*new.whole([ANN, nia]), *over_midnight.whole([ANN]), at=LATER)
        yield installation


def _past(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email, "gil": GONE.email})
    installation.organization(KEEPER, account=OF_KEEPER, users={"kate": "kate@keeper.example"})
    installation.execute(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values (%s, 'retention_months', 'never')",
        [KEEPER],
    )
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
        *session_of_keeper(),
        at=START + timedelta(hours=2),
    )
    installation.batch(now=START + timedelta(hours=3))


def found_in(installation: Installation, *texts: str) -> dict[str, list[str]]:
    """Old text -> the columns of the registry with it."""
    found: dict[str, list[str]] = {}
    for column in personal_columns():
        if not installation.value("select to_regclass(%s) is not null", [column.table]):
            continue
        content = installation.value(
            f"select coalesce(string_agg({column.column}::text, '|'), '') from {column.table}"  # noqa: S608
        )
        for text in texts or OLD_TEXTS:
            if text in content:
                found.setdefault(text, []).append(f"{column.table}.{column.column}")
    return found


@pytest.mark.parametrize("weeks_ago", [None, 3])
def test_the_pipeline_cannot_delete_other_users(firm: Installation, weeks_ago: int | None) -> None:
    deactivated = weeks_ago and datetime.now(UTC) - timedelta(weeks=weeks_ago)
    firm.execute(
        "update worksights.users set deactivated_at = %s where user_id = 'gil'", [deactivated]
    )
    with (
        connect(firm.url, role="pipeline") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="not deactivated more than"),
    ):
        remove_users(connection, "firm", ["gil"])
    assert firm.value("select count(*) from worksights.users where user_id = 'gil'") == 1


def test_nothing_of_the_pipelines_own_runs_with_the_owners_rights(firm: Installation) -> None:
    """A table of its own could have a trigger."""
    with connect(firm.url, role="pipeline") as connection:
        connection.execute("create temporary table own (organization_id text, user_id text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not the owner's"):
            connection.execute(
                "select integration.remove_deactivated_users('firm', '{}', 'own'::regclass, "
                "'user_id', '{}', false, null)"
            )


def test_nothing_is_older_than_it_is_kept_whenever_it_arrives(firm: Installation) -> None:
    deactivated = START + timedelta(days=2)
    firm.execute(
        "update worksights.users set deactivated_at = %s where user_id = 'gil'", [deactivated]
    )
    before = found_in(firm)
    firm.batch(now=LATER)
    assert set(before) == set(OLD_TEXTS)
    assert found_in(firm) == {}
    shown = firm.value(
        "select array_agg(topic order by topic) from timeline.sessions "
        "where organization_id = 'firm'"
    )
    assert shown == ["Late shift", "New plans"]  # one reaches into a month that is kept
    people = "select array_agg(email) from clientsights.people where organization_id = 'firm'"
    assert firm.value(people) == ["nia@new.example"]
    assert [line for line in firm.rebuild(check=True) if " only in the live table, " in line] == []

    firm.deliver(
        *session("very-late", START, "Old secrets").whole([ANN, GUEST]),
        at=LATER + timedelta(minutes=1),
    )
    firm.batch(now=LATER + timedelta(minutes=20))
    assert "Old secrets" in found_in(firm)  # its session could still be open
    firm.batch(now=LATER + timedelta(hours=25))
    assert found_in(firm, "Old secrets", "Gus Guest", "gus@client.example") == {}


def test_an_organization_that_keeps_everything_keeps_everything(firm: Installation) -> None:
    assert set(found_in(firm, *KEPT_TEXTS)) == set(KEPT_TEXTS)
