"""What is erased, never stored or not kept does not come back through Zoom's REST API either."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.healing.short_past import (
    ANN,
    BOB,
    CALL,
    CLEO,
    DAY,
    FIRST,
    SECOND,
    WEBINAR,
    ShortPast,
    call,
    session,
    short_past,
)
from tests.pipeline.events import Body, Person
from tests.pipeline.installation import template_with_tables
from tests.privacy.never_stored import exclude, with_number

EVE = Person("Eve Ely", email="eve@out.example")
UWE = Person("Uwe Union", email="uwe+zoom@union.example")
GUEST = Person("Gus Guest", email="gus@client.example")
BY_PHONE = Person("+1 (646) 555-0177")
COUNCIL, COUNSELLING, PLAIN, WITH_EVE = "council==", "counselling==", "plain==", "with-eve=="
STORED = """
    select coalesce(string_agg(event || fields::text, ' '), '') from zoom_raw.events
    where organization_id = %s
"""
SESSIONS = """
    select array_agg(zoom_uuid order by zoom_uuid) from zoom_raw.known_sessions
    where organization_id = %s
"""
COUNTED = """
    select sum(known)::integer, sum(healed)::integer, sum(missing)::integer
    from operations.completeness where organization_id = %s
"""


def happened(account: str) -> list[Body]:
    counselling = session(COUNSELLING, BOB, account, topic="Counselling")
    return [
        *session(COUNCIL, ANN, account, topic="Dismissal of X").whole([ANN, UWE]),
        *with_number(counselling.whole([BOB, ANN]), "99912345678"),
        *session(PLAIN, ANN, account, topic="Spring").whole([ANN, GUEST, BY_PHONE]),
        *session(WITH_EVE, BOB, account, topic="Summer").whole([BOB, EVE]),
        *session(WEBINAR, CLEO, account, kind="webinar", topic="Autumn").whole([CLEO, ANN]),
        call(account, ended_at=session(PLAIN, ANN, account).ended_at),
    ]


@pytest.fixture(scope="module")
def healed(server_url: str, home: Path) -> Iterator[ShortPast]:
    """One firm excludes and has erased; the other keeps neither topics nor numbers. The same is
    healed for both, and again after it was landed.
    """
    with short_past(server_url, home, template=template_with_tables(server_url)) as past:
        past.start_again()
        past.control("history", method="DELETE")
        for account in (FIRST, SECOND):
            past.control("history", events=happened(account))
        installation = past.installation
        assert installation.erase(EVE.email, organization_id="firm-0")
        exclude(installation, "firm-0", "email_or_domain", "union.example")
        exclude(installation, "firm-0", "meeting_number", "999 1234 5678")
        exclude(installation, "firm-0", "zoom_user", CLEO.zoom_user_id)
        installation.execute(
            "insert into integration.privacy_settings (organization_id, name, value) "
            "values ('firm-1', 'topics', 'none'), ('firm-1', 'phone_numbers', 'masked')"
        )
        past.heal(now=datetime.now(UTC), day=DAY)
        installation.land(now=datetime.now(UTC))
        past.heal(now=datetime.now(UTC), day=DAY)
        installation.batch(now=datetime.now(UTC))
        yield past


def stored(past: ShortPast, firm: str) -> str:
    text: str = past.installation.value(STORED, [firm])
    return text


@pytest.mark.parametrize(
    ("firm", "gone", "kept"),
    [
        (
            "firm-0",
            ["nion", "Uwe", "Dismissal", "Counselling", "Autumn", "Eve Ely", "eve@out", "Cleo"],
            ["Gus Guest", "gus@client.example", "Spring", "Bob Bay", "5550199", "(646)"],
        ),
        (
            "firm-1",
            ["Dismissal", "Counselling", "Spring", "5550199", "(646)", "Dr. Doe"],
            ["Uwe Union", "eve@out.example", "Gus Guest", "Cleo Cox", "+1…99", "+1…77"],
        ),
    ],
)
def test_what_is_not_kept_is_not_healed(
    firm: str, gone: Sequence[str], kept: Sequence[str], healed: ShortPast
) -> None:
    text = stored(healed, firm)
    assert [each for each in gone if each in text] == []
    assert [each for each in kept if each not in text] == []


def test_a_person_who_is_not_kept_is_still_counted(healed: ShortPast) -> None:
    """Nameless, so that the sums hold."""
    joins = """
        select session_id, count(*)::integer from zoom_raw.events
        where organization_id = 'firm-0' and event like '%participant_joined' group by 1
    """
    assert Counter(number for _, number in healed.installation.execute(joins)) == {2: 2, 3: 1}


def test_sessions_that_are_never_stored_are_neither_known_nor_missing(healed: ShortPast) -> None:
    installation = healed.installation
    assert installation.value(SESSIONS, ["firm-0"]) == sorted([CALL, COUNCIL, PLAIN, WITH_EVE])
    assert installation.execute(COUNTED, ["firm-0"]) == [(4, 4, 0)]
    assert installation.execute(COUNTED, ["firm-1"]) == [(6, 6, 0)]


def test_nothing_waits_and_no_body_is_kept(healed: ShortPast) -> None:
    left = (
        "select count(*) from ingress.deliveries where disposition = 'waiting' or body is not null"
    )
    assert healed.installation.value(left) == 0


def test_what_was_erased_after_healing_is_not_healed_again(healed: ShortPast) -> None:
    installation = healed.installation
    assert "gus@client.example" in stored(healed, "firm-1")
    assert installation.erase(GUEST.email, organization_id="firm-1")
    healed.heal(now=datetime.now(UTC), day=DAY)
    installation.land(now=datetime.now(UTC))
    assert "gus" not in stored(healed, "firm-1").lower()
    assert installation.execute(COUNTED, ["firm-1"]) == [(6, 6, 0)]
