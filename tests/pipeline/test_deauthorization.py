"""A Zoom account that removes our app: its connection ends at that moment, once."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline.events import Body, iso
from tests.pipeline.installation import CLIENT_ID, Installation

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
