"""A Zoom account that removes our app: its connection ends at that time, once, and its data is
erased after a grace period.
"""

from datetime import UTC, datetime, timedelta

import pytest

from integration.connections.connecting import connect_account
from integration.database.postgres import connect
from integration.pipeline.derive import DerivationFailed
from integration.privacy.account import accounts_due
from integration.zoom.parties import ZOOM_USER
from tests.databases import page_of
from tests.orchestration.answers import in_words, installed
from tests.pipeline.events import Body, Person, Session, iso
from tests.pipeline.installation import CLIENT_ID, Installation, definitions

ACCOUNT = "RemovingAccount0000000"
NOW = datetime.now(UTC).replace(microsecond=0)


def removal(at: datetime, client_id: str) -> Body:
    return {
        "event": "app_deauthorized",
        "payload": {
            "account_id": ACCOUNT,
            "user_id": "zu-admin",
            "signature": "0" * 64,
            "deauthorization_time": iso(at),
            "client_id": client_id,
        },
    }


@pytest.mark.parametrize(
    ("client_id", "granted_before", "ends"),
    [
        (CLIENT_ID, timedelta(hours=1), True),
        ("another-app", timedelta(hours=1), False),
        (CLIENT_ID, timedelta(hours=-1), False),  # connected again after the removal
    ],
    ids=["our app", "another app", "stale"],
)
def test_the_connection_ends_when_our_app_is_removed_after_the_newest_grant(
    installation: Installation, client_id: str, granted_before: timedelta, ends: bool
) -> None:
    removed_at = NOW - timedelta(hours=2)
    installation.organization("firm", account=ACCOUNT, users={})
    installation.execute(
        "update integration.connections set granted_at = %s", [removed_at - granted_before]
    )
    installation.deliver(removal(removed_at, client_id), at=NOW)
    installation.land_and_settle(now=NOW)
    ended_at = installation.value("select disconnected_at from integration.connections")
    assert ended_at == (removed_at if ends else None)


def remove_app(installation: Installation) -> None:
    """Two hours ago, with a token that still exists."""
    connection_id = installation.organization("firm", account=ACCOUNT, users={})
    installation.execute(
        "insert into integration.tokens (connection_id, organization_id, grant_type) "
        "values (%s, 'firm', 'authorization_code')",
        [connection_id],
    )
    installation.deliver(removal(NOW - timedelta(hours=2), CLIENT_ID), at=NOW)
    installation.land_and_settle(now=NOW)


@pytest.mark.parametrize(
    "disconnected_before",
    [timedelta(days=3), timedelta(minutes=1), timedelta(minutes=-30)],
    ids=["days before the removal", "just before it", "after it, before it is landed"],
)
def test_an_account_that_was_disconnected_here_is_erased_too_when_it_removes_the_app(
    installation: Installation, disconnected_before: timedelta
) -> None:
    removed_at = NOW - timedelta(hours=2)
    installation.organization("firm", account=ACCOUNT, users={})
    installation.execute(
        "update integration.connections set status = 'disconnected', disconnected_at = %s",
        [removed_at - disconnected_before],
    )
    installation.deliver(removal(removed_at, CLIENT_ID), at=NOW)
    for _ in range(2):  # the date is set once
        installation.land_and_settle(now=NOW)
    assert installation.execute(
        "select disconnected_at, erase_due_at from integration.connections"
    ) == [(removed_at - disconnected_before, removed_at + timedelta(days=7))]
    assert due(installation, after=timedelta(days=7)) == [ACCOUNT]


def test_a_removal_does_not_concern_an_account_that_was_connected_again_and_disconnected(
    installation: Installation,
) -> None:
    """In whatever order Zoom delivers it: the newest grant is later."""
    removed_at = NOW - timedelta(days=3)
    installation.organization("firm", account=ACCOUNT, users={})
    installation.execute(
        "update integration.connections set status = 'disconnected', disconnected_at = %s",
        [removed_at - timedelta(days=1)],
    )
    installation.execute(
        "insert into integration.connections (organization_id, zoom_account_id, connected_at, "
        "granted_at, status, disconnected_at) values ('firm', %s, %s, %s, 'disconnected', %s)",
        [ACCOUNT, *[removed_at + timedelta(hours=1)] * 2, removed_at + timedelta(hours=2)],
    )
    installation.deliver(removal(removed_at, CLIENT_ID), at=NOW)
    installation.land_and_settle(now=NOW)
    assert due(installation, after=timedelta(days=30)) == []


def due(installation: Installation, *, after: timedelta) -> list[str]:
    with connect(installation.url, role="pipeline") as connection:
        return accounts_due(connection, now=NOW - timedelta(hours=2) + after)


def test_the_tokens_are_deleted_at_once_and_the_data_after_the_grace_period(
    installation: Installation,
) -> None:
    remove_app(installation)
    assert installation.value("select count(*) from integration.tokens") == 0
    assert due(installation, after=timedelta(days=6, hours=23)) == []
    assert due(installation, after=timedelta(days=7)) == [ACCOUNT]


def test_the_grace_period_is_a_setting(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERASE_AFTER_DAYS", "2")
    remove_app(installation)
    assert due(installation, after=timedelta(days=2)) == [ACCOUNT]


def test_connecting_again_cancels_the_erasure(installation: Installation) -> None:
    """Permanently: a later disconnection is not a removal of the app."""
    remove_app(installation)
    with page_of(installation.url, "firm") as connection:
        connect_account(
            connection, organization_id="firm", zoom_account_id=ACCOUNT, owner_user_id="owner"
        )
    connected = due(installation, after=timedelta(days=30))
    installation.execute(
        "update integration.connections set status = 'disconnected', disconnected_at = now() "
        "where disconnected_at is null"
    )
    assert (connected, due(installation, after=timedelta(days=30))) == ([], [])
    assert installation.value("select count(erase_due_at) from integration.connections") == 0


def test_the_sensor_starts_the_erasure_when_it_is_due(installation: Installation) -> None:
    remove_app(installation)
    waiting = evaluate()
    installation.execute(
        "update integration.connections set erase_due_at = now() - interval '1 minute'"
    )
    started = evaluate()
    assert (waiting, started) == (
        "skipped: No account has passed its grace period.",
        "run: 1 account removed the app",
    )


def evaluate() -> str:
    import dagster as dg

    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, resources=installed(), definitions=definitions()
        )
        return in_words(definitions().resolve_sensor_def("deauthorization")(context))


def test_the_job_erases_the_account(installation: Installation) -> None:
    remove_app(installation)
    installation.execute(
        "update integration.connections set erase_due_at = now() - interval '1 minute'"
    )
    import dagster as dg

    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions().resolve_job_def("erase_due_accounts")
        assert job.execute_in_process(instance=instance).success
    assert installation.value("select count(*) from integration.connections") == 0
    assert installation.value("select count(*) from zoom_raw.events") == 0
    assert installation.execute(
        "select organization_id, zoom_account_id from integration.erasures"
    ) == [("firm", ACCOUNT)]


def test_the_same_command_completes_an_erasure_after_a_failed_derivation(
    installation: Installation,
) -> None:
    installation.organization("firm", account=ACCOUNT, users={})
    start = NOW - timedelta(hours=5)
    session = Session(ACCOUNT, "uuid", "zu-ann", start, start + timedelta(hours=1))
    installation.deliver(*session.whole([Person("Ann", "zu-ann")]), at=NOW)
    installation.batch(now=NOW)
    sessions = "select count(*) from intermediate.int_sessions"
    assert installation.value(sessions) == 1

    installation.execute("alter function clientsights.grade_of rename to missing")
    with pytest.raises(
        DerivationFailed, match=f"run `worksights-zoom erase --zoom-account {ACCOUNT}`"
    ):
        installation.erase_account(ACCOUNT)
    left = installation.value(sessions)
    installation.execute("alter function clientsights.missing rename to grade_of")
    assert (left, installation.erase_account(ACCOUNT)) == (1, True)
    assert installation.value(sessions) == 0


def test_an_erased_account_leaves_no_reviews_of_its_zoom_users(installation: Installation) -> None:
    """Those of another account stay, also of a Zoom user who is not imported yet."""
    installation.organization("firm", account=ACCOUNT, users={})
    other = "AnotherAccount00000000"
    for account, zoom_user_id in ((ACCOUNT, "zu-room"), (other, "zu-desk")):
        installation.execute(
            "insert into zoom_raw.users "
            "(organization_id, zoom_account_id, zoom_user_id, imported_at, batch) "
            "values ('firm', %s, %s, now(), 0)",
            [account, zoom_user_id],
        )
    installation.execute(
        "insert into zoom_raw.events (organization_id, event_id, zoom_account_id, event, batch, "
        "occurred_at, first_received_at, fields) values "
        "('firm', 'of-zu-new', %s, 'user.created', 0, now(), now(), "
        "jsonb_build_object(%s::text, %s::text))",
        [other, ZOOM_USER["zoom_user_id"], "zu-new"],
    )
    for zoom_user_id in ("zu-room", "zu-desk", "zu-new"):
        installation.execute(
            "insert into integration.reviewed_zoom_users "
            "(organization_id, zoom_user_id, reviewed_by) values ('firm', %s, 'ann')",
            [zoom_user_id],
        )
    assert installation.erase_account(ACCOUNT)
    assert installation.execute(
        "select zoom_user_id from integration.reviewed_zoom_users order by 1"
    ) == [("zu-desk",), ("zu-new",)]
