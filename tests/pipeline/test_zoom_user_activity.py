"""When a Zoom user was active, as an effective-dated fact (contract, 5.4)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.connections.connections import Connection
from integration.connections.zoom_users import store_users
from integration.database.postgres import connect
from tests.pipeline.installation import Installation

BASE = datetime(2026, 3, 2, tzinfo=UTC)
ACTIVE, INACTIVE, ABSENT = [("z1", "active")], [("z1", "inactive")], [("z2", "active")]
ALWAYS = (None, None)
# What happened at which hour -> from which hour until which hour the user was active. An import is
# a list of users, an event is its name, and an incomplete import is a list in a tuple.
CASES: dict[str, tuple[dict[int, Any], list[tuple[int | None, int | None]]]] = {
    "the first import also applies to the time before it": ({9: ACTIVE}, [ALWAYS]),
    "so does an inactive one": ({9: INACTIVE}, []),
    "before the first event the opposite applies": ({9: "created"}, [(9, None)]),
    "before the deletion of a user they were active": ({9: "deleted"}, [(None, 9)]),
    "a status changes": ({1: ACTIVE, 5: INACTIVE, 9: ACTIVE}, [(None, 5), (9, None)]),
    "an import replaces an event": ({1: ACTIVE, 3: "deactivated", 9: ACTIVE},
        [(None, 3), (9, None)]),
    "a user who is not listed is not active": ({1: ACTIVE, 5: ABSENT, 9: ACTIVE},
        [(None, 5), (9, None)]),
    "an incomplete import leaves them active": ({1: ACTIVE, 5: (ABSENT,), 9: ACTIVE}, [ALWAYS]),
    "a complete one after it does not": ({1: ACTIVE, 5: (ABSENT,), 7: ABSENT}, [(None, 7)]),
    "a user listed later was not active before": ({1: ABSENT, 5: ACTIVE}, [(5, None)]),
    "an import without the user ends an event": ({1: "created", 5: ABSENT, 9: ABSENT},
        [(1, 5)]),
    "at equal times active wins": ({1: ACTIVE, 5: [ACTIVE, "deactivated"]}, [ALWAYS]),
    "two events": ({1: "created", 5: "disassociated", 9: "activated"}, [(1, 5), (9, None)]),
    "an update changes nothing": ({1: "updated", 5: ACTIVE}, [ALWAYS]),
}  # fmt: skip


@pytest.fixture
def account(installation: Installation) -> Connection:
    connection_id = installation.organization("firm", account="TheAccount", users={})
    return Connection(connection_id, "firm", "TheAccount", "active", None, BASE)


@pytest.mark.parametrize("case", CASES)
def test_a_zoom_user_is_active(case: str, installation: Installation, account: Connection) -> None:
    history, expected = CASES[case]
    for hour, each in history.items():
        at_once = each if isinstance(each, list) and isinstance(each[-1], str) else [each]
        for one in at_once:
            happen(installation, account, BASE + timedelta(hours=hour), one)
    found = installation.execute(
        """
        select lower(stay), upper(stay) from facts.zoom_user_activity, unnest(valid) as stay
        where kind = 'zoom_user_active' and subject = 'z1' and value = ''
        order by lower(stay) nulls first
        """
    )
    hours = [tuple(at and (at - BASE) // timedelta(hours=1) for at in stay) for stay in found]
    assert hours == expected


def happen(installation: Installation, account: Connection, at: datetime, what: Any) -> None:
    if isinstance(what, str):
        installation.execute(
            """
            insert into zoom_raw.events (
                organization_id, event_id, zoom_account_id, event, batch, occurred_at,
                first_received_at, fields
            )
            values ('firm', %s, 'TheAccount', %s, 1, %s, %s, %s)
            """,
            [f"{at}-{what}", f"user.{what}", at, at, json.dumps({"zoom_user_id": "z1"})],
        )
        return
    users = what[0] if isinstance(what, tuple) else what
    rows = [(user, f"{user}@a.example", *[None] * 3, status) for user, status in users]
    with connect(installation.url) as connection:
        store_users(
            connection, account, rows, batch=1, now=at, is_complete=not isinstance(what, tuple)
        )
