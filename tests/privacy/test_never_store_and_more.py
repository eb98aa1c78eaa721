"""Exclusions that are never stored, beside other decisions: no key, a removal, an erasure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.world import World
from tests.pipeline.events import Body
from tests.pipeline.installation import Installation, new_installation
from tests.privacy.early_and_late import connect
from tests.privacy.never_stored import (
    ANN,
    BOB,
    DOC,
    END,
    START,
    USERS,
    UWE,
    exclude,
    session,
    shown,
    stored,
)

KEYLESS, WITHOUT_EXCLUSION = "keyless", "without-exclusion"
REMOVED, BODIES, OTHER_BODIES, DROPPED, ERASED = (
    "removed", "bodies", "other-bodies", "dropped", "erased",
)  # fmt: skip
Seen = dict[str, Any]


def council(firm: str, uuid: str = "council", topic: str = "Dismissal") -> list[Body]:
    return session(firm, uuid, topic).whole([ANN, UWE])


@pytest.fixture(scope="module")
def seen(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Seen]:
    """What was found on the way, in the story of several firms, each with one event of its own."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        for firm in (
            KEYLESS, WITHOUT_EXCLUSION, REMOVED, BODIES, OTHER_BODIES, DROPPED, ERASED,
        ):  # fmt: skip
            connect(installation, firm, USERS, at=START)
        seen: Seen = {"installation": installation}
        _without_the_key(installation, seen)
        _with_exclusions(installation)
        _with_other_decisions(installation, seen)
        yield seen


def _without_the_key(installation: Installation, seen: Seen) -> None:
    exclude(installation, KEYLESS, "email_or_domain", "union.example")
    installation.deliver(*council(KEYLESS), *council(WITHOUT_EXCLUSION), at=END)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOMBSTONE_KEY", "")
        installation.batch(now=END + timedelta(minutes=20))
    seen["without the key"] = (
        installation.value(
            """
            select array_agg(distinct concat_ws(' ', organization_id, disposition, body is not null)
                order by concat_ws(' ', organization_id, disposition, body is not null))
            from ingress.deliveries
            """
        ),
        installation.value("select count(*) from pipeline.applied_exclusions"),
    )


def _with_exclusions(installation: Installation) -> None:
    exclude(installation, REMOVED, "email_or_domain", "union.example")
    exclude(installation, DROPPED, "zoom_user", "zu-bob")
    exclude(installation, ERASED, "email_or_domain", "doc@praxis.example")
    installation.deliver(
        *council(KEYLESS, "again", "Second round"),
        *council(REMOVED),
        *council(BODIES),
        *session(DROPPED, "hers", "Own", host="zu-bob").whole([BOB]),
        *session(ERASED, "visit", "Check-up").whole([ANN, DOC]),
        at=END,
    )
    installation.batch(now=END + timedelta(minutes=40))


def _with_other_decisions(installation: Installation, seen: Seen) -> None:
    """Somebody puts an address back, an exclusion comes late, and an excluded person is erased."""
    installation.execute(
        "update zoom_raw.events set fields = fields || %s where event_id = ("
        "  select min(event_id) from zoom_raw.events"
        "  where organization_id = %s and event like '%%participant_joined')",
        ['{"email": "uwe+zoom@union.example"}', REMOVED],
    )
    for owner in (BODIES, OTHER_BODIES, "-"):
        installation.execute(
            "insert into ingress.deliveries (organization_id, disposition, body_size, body_sha256, "
            "body, received_at) values (%s, 'quarantined', 1, '', '{}', %s)",
            [owner, END],
        )
    exclude(installation, BODIES, "email_or_domain", "union.example")
    installation.batch(now=END + timedelta(minutes=60))
    seen["put back"] = installation.value(
        "select values_left from pipeline.applied_exclusions where organization_id = %s", [REMOVED]
    )
    seen["bodies"] = installation.value(
        "select array_agg(organization_id order by organization_id) from ingress.deliveries "
        "where body is not null"
    )
    installation.execute(
        "update zoom_raw.events set fields = fields - 'email' where organization_id = %s "
        "and fields ->> 'email' like '%%union%%'",
        [REMOVED],
    )
    installation.erase(DOC.email, organization_id=ERASED)
    installation.execute(
        "delete from integration.exclusions where organization_id = any(%s)", [[REMOVED, ERASED]]
    )
    installation.deliver(
        *council(REMOVED, "later", "Second round"),
        *session(ERASED, "late-visit", "Second check-up").whole([ANN, DOC]),
        at=END + timedelta(minutes=30),
    )
    installation.batch(now=datetime.now(UTC))


def test_without_the_key_an_exclusion_stops_only_its_own_organization(seen: Seen) -> None:
    """The page refuses it; SQL can write it. Nothing of the excluded person is stored meanwhile."""
    dispositions, applied = seen["without the key"]
    assert dispositions == [f"{KEYLESS} quarantined f", f"{WITHOUT_EXCLUSION} landed f"]
    assert applied == 0
    there = str(shown(seen["installation"], KEYLESS))
    assert "participant|no_identity|external|3600" in there
    assert "Second round" not in there


def test_removing_it_brings_nothing_back_and_stores_what_arrives_later(seen: Seen) -> None:
    """Until then, the proof finds what somebody puts back."""
    installation = seen["installation"]
    assert seen["put back"] > 0
    left = "select count(*) from integration.tombstones where organization_id = %s"
    assert installation.value(left, [REMOVED]) == 0
    there = str(shown(installation, REMOVED))
    assert "Dismissal" not in there
    assert "uwe+zoom@union.example" in there


def test_bodies_of_others_and_of_nobody_are_kept(seen: Seen) -> None:
    assert seen["bodies"] == ["-", OTHER_BODIES]


def test_what_was_dropped_is_counted_with_its_reason(seen: Seen) -> None:
    assert seen["installation"].value(
        "select array_agg(distinct disposition || ': ' || reason) from operations.deliveries "
        "where organization_id = %s",
        [DROPPED],
    ) == ["ignored: it is only about sessions that are never stored"]


def test_an_erased_person_stays_erased_when_their_exclusion_is_removed(seen: Seen) -> None:
    there = stored(seen["installation"], ERASED)
    assert "doc@praxis" not in there
    assert "Doc Daly" not in there
    assert "Second check-up" in there
