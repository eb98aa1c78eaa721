"""What an organization does not keep is gone from arriving and from past data, in any order."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from integration.privacy.reduced_fields import masked
from simulator.world import World
from tests.pipeline.events import Body, Person, Session, call_ended, event, iso
from tests.pipeline.installation import CLIENT_ID, Installation, new_installation
from tests.privacy.early_and_late import account_of, connect, firms_of, play

SETTINGS = {
    "topics": ("topics", "none"),
    "masked": ("phone_numbers", "masked"),
    "no_numbers": ("phone_numbers", "none"),
}
# Each changes one of these, before anything arrives or after everything has.
FIRMS = firms_of(SETTINGS)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
USERS = {"ann": ANN.email}
GUEST = Person("Gus Guest", email="gus@client.example")
BY_PHONE = Person("+1 (646) 555-0177")
SHOWN = """
    select array_agg(text order by text) from (
        select concat_ws('|', 'session', topic, participant_count) as text, organization_id
        from timeline.sessions
        union all
        select concat_ws('|', 'entry', title, topic, caller_id, role), organization_id
        from timeline.activities
        union all
        select concat_ws('|', 'participant', display_name, outcome), organization_id
        from timeline.participants
    ) as shown
    where organization_id = %s
"""


def set_privacy(
    installation: Installation, firm: str, name: str, value: str, *, at: datetime = START
) -> None:
    installation.execute(
        "insert into integration.privacy_settings (organization_id, name, value, changed_at) "
        "values (%s, %s, %s, %s)",
        [firm, name, value, at],
    )


def meeting(firm: str) -> Session:
    end = START + timedelta(hours=1)
    return Session(account_of(firm), "uuid-1", "zu-ann", START, end, "Layoffs in May")


def call(firm: str, call_id: str, **callee: str) -> Body:
    body = call_ended("caller", account_of(firm), START, call_id=call_id)
    body["payload"]["object"]["callee"] |= callee
    return body


def record_of_ann(firm: str, call_id: str) -> Body:
    """Only the owner of the log says who the caller is."""
    record = {
        "id": f"record-of-{call_id}", "call_id": call_id, "result": "Call connected",
        "date_time": iso(START), "duration": 60, "direction": "outbound",
        "caller_name": "Ann at her desk", "caller_number": "+12125550142", "caller_number_type": 2,
        "callee_number": "+12125550199", "callee_number_type": 2, "callee_name": "Dr. Doe",
    }  # fmt: skip
    about = {"user_id": "zu-ann", "call_logs": [record]}
    return event("phone.caller_call_log_completed", account_of(firm), START, about)


def everything(firm: str) -> list[Body]:
    return [
        *meeting(firm).whole([ANN, GUEST, BY_PHONE]),
        call(firm, "call-1", name="Dr. Doe"),
        call(firm, "call-2", name="Bo Boss", extension_number="1002"),
        record_of_ann(firm, "call-3"),
    ]


@pytest.fixture(scope="module")
def played(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    """Everything has arrived at all firms, and what they do not keep has been removed."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        for firm in FIRMS:
            connect(installation, firm, USERS, at=START)
        play(
            installation,
            FIRMS,
            change=lambda firm, what: set_privacy(installation, firm, *SETTINGS[what]),
            everything=everything,
            batches=3,
            start=START + timedelta(hours=2),
        )
        yield installation


def shown(installation: Installation, firm: str) -> list[str]:
    found: list[str] = installation.value(SHOWN, [firm])
    return found


def landed(installation: Installation, firm: str) -> str:
    text: str = installation.value(
        "select string_agg(fields::text, ' ') from zoom_raw.events where organization_id = %s",
        [firm],
    )
    return text


@pytest.mark.parametrize(
    ("what", "gone", "kept"),
    [
        ("topics", ["Layoffs"], ["+12125550199", "Dr. Doe", "646"]),
        (
            "masked",
            ["2125550199", "Dr. Doe", "646"],
            ["+1…99", "+1…77", "Bo Boss", "Ann at her desk", "Layoffs"],
        ),
        (
            "no_numbers",
            ["5550199", "Dr. Doe", "646", "…"],
            ["Bo Boss", "Ann at her desk", "Layoffs"],
        ),
    ],
)
def test_what_is_not_kept_is_gone_whether_it_arrives_before_or_after_the_change(
    what: str, gone: Sequence[str], kept: Sequence[str], played: Installation
) -> None:
    early, late = f"early-{what}", f"late-{what}"
    for firm in (early, late):
        text = landed(played, firm) + str(shown(played, firm))
        assert [each for each in gone if each in text] == []
        assert [each for each in kept if each not in text] == []
    assert shown(played, early) == shown(played, late)


def test_equal_numbers_that_are_not_kept_are_still_equal(played: Installation) -> None:
    query = """
        select array_agg(distinct fields ->> 'callee_phone_digest') from zoom_raw.events
        where event like 'phone.%%' and organization_id = %s
    """
    one, other = (played.value(query, [f"{when}-no_numbers"]) for when in ("early", "late"))
    assert (len(one), len(other)) == (1, 1)
    assert one != other  # of two organizations, not even equal numbers are equal


def test_a_rebuild_changes_nothing_of_it(played: Installation) -> None:
    lines = played.rebuild(check=True)
    assert [line for line in lines if " only in the live table, " in line] == []


def test_what_was_removed_does_not_come_back(played: Installation) -> None:
    later = START + timedelta(days=1)
    firms = ("early-topics", "late-topics")
    for firm in firms:
        set_privacy(played, firm, "topics", "leaders", at=later)
    played.batch(now=later)
    assert "Layoffs" not in str([shown(played, firm) for firm in firms])


HELD, REMOVED_APP, NO_TOPICS, WITH_TOPICS = "held", "removed-app", "no-topics", "with-topics"


@pytest.fixture(scope="module")
def stopped(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    """Firms whose events were held, arrived broken, or end the connection."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        for firm in (HELD, REMOVED_APP, NO_TOPICS, WITH_TOPICS):
            connect(installation, firm, USERS, at=START)
        set_privacy(installation, HELD, "processing", "held")
        set_privacy(installation, REMOVED_APP, "processing", "held")
        set_privacy(installation, NO_TOPICS, "topics", "none")
        opening, *rest = meeting(HELD).whole([ANN])
        removed = START + timedelta(minutes=1)
        app_removed = {
            "event": "app_deauthorized",
            "payload": {
                "account_id": account_of(REMOVED_APP),
                "client_id": CLIENT_ID,
                "deauthorization_time": removed.isoformat(),
            },
            "event_ts": int(removed.timestamp() * 1000),
        }
        without_uuid = [meeting(firm).ended() for firm in (NO_TOPICS, WITH_TOPICS)]
        for broken in without_uuid:
            del broken["payload"]["object"]["uuid"]
        installation.deliver(opening, app_removed, *without_uuid, at=removed)
        installation.batch(now=START + timedelta(minutes=20))
        installation.deliver(*rest[:1], at=START + timedelta(minutes=21))
        released = START + timedelta(minutes=25)
        set_privacy(installation, HELD, "processing", "released", at=released)
        installation.deliver(*rest[1:], at=START + timedelta(minutes=30))
        installation.batch(now=START + timedelta(minutes=40))
        yield installation


def test_what_arrives_before_a_release_never_comes_back(stopped: Installation) -> None:
    """However late the next batch is. What arrives after the release is landed."""
    dispositions = stopped.value(
        "select array_agg(disposition || coalesce(' ' || reason, '') order by delivery_id) "
        "from operations.deliveries where organization_id = %s",
        [HELD],
    )
    assert dispositions == ["ignored not_released"] * 2 + ["landed"] * 2


def test_while_processing_is_held_a_removed_app_still_ends_the_connection(
    stopped: Installation,
) -> None:
    status = "select status from integration.connections where organization_id = %s"
    assert stopped.value(status, [REMOVED_APP]) == "disconnected"


def test_a_body_that_could_not_be_read_is_not_kept_if_it_may_contain_what_is_not_kept(
    stopped: Installation,
) -> None:
    assert stopped.value(
        "select array_agg(organization_id) from ingress.deliveries where body is not null"
    ) == [WITH_TOPICS]


def test_the_database_refuses_unknown_settings_and_values(stopped: Installation) -> None:
    for name, value in (("topic", "none"), ("topics", "nobody"), ("retention_months", "0")):
        with pytest.raises(psycopg.errors.CheckViolation):
            set_privacy(stopped, HELD, name, value)


@pytest.mark.parametrize(
    ("number", "shown_as"),
    [
        ("+12125550199", "+1…99"),
        ("+44 20 7946 0958", "+44…58"),
        ("+353 1 234 5678", "+353…78"),
        ("+420 123 456 789", "+420…89"),
        ("030 123456", "…56"),
        ("911", "…11"),
        ("1646***0177", "…77"),
    ],
)
def test_a_masked_number_has_its_country_and_two_digits(number: str, shown_as: str) -> None:
    assert masked(number) == shown_as
