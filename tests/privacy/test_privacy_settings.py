"""What an organization does not keep is gone from arriving and from past data, in any order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from integration.privacy.reduced_fields import masked
from tests.pipeline.events import Body, Person, Session, call_ended
from tests.pipeline.installation import Installation

FIRMS = ("early", "late")  # when they change their settings
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
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


def account_of(firm: str) -> str:
    return f"Account-of-{firm}-00000"


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    for firm in FIRMS:
        users = {f"ann-{firm}": ANN.email}
        installation.organization(firm, account=account_of(firm), users=users)
        installation.execute(
            "insert into integration.mapping_changes "
            "(zoom_account_id, zoom_user_id, user_id, effective_from) "
            "values (%s, 'zu-ann', %s, %s)",
            [account_of(firm), f"ann-{firm}", START - timedelta(days=1)],
        )


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


def everything(firm: str) -> list[Body]:
    return [
        *meeting(firm).whole([ANN, GUEST, BY_PHONE]),
        call(firm, "call-1", name="Dr. Doe"),
        call(firm, "call-2", name="Bo Boss", extension_number="1002"),
    ]


def play(installation: Installation, name: str, value: str) -> None:
    """One firm changes the setting before anything arrives, one after everything has."""
    for number in range(3):
        at = START + timedelta(hours=2 + number)
        if number == 0:
            set_privacy(installation, "early", name, value)
        if number == 2:
            set_privacy(installation, "late", name, value)
        for firm in FIRMS:
            installation.deliver(*everything(firm)[number::2], at=at)
        installation.batch(now=at)


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
    ("name", "value", "gone", "kept"),
    [
        ("topics", "none", ["Layoffs"], ["+12125550199", "Dr. Doe", "646"]),
        ("phone_numbers", "masked", ["2125550199", "Dr. Doe", "646"], ["+1…99", "+1…77", "Bo Bo"]),
        ("phone_numbers", "none", ["5550199", "Dr. Doe", "646", "…"], ["Bo Boss", "Layoffs"]),
    ],
)
def test_what_is_not_kept_is_gone_whether_it_arrives_before_or_after_the_change(
    name: str, value: str, gone: Sequence[str], kept: Sequence[str], installation: Installation
) -> None:
    play(installation, name, value)
    for firm in FIRMS:
        text = landed(installation, firm) + str(shown(installation, firm))
        assert [each for each in gone if each in text] == []
        assert [each for each in kept if each not in text] == []
    assert shown(installation, "early") == shown(installation, "late")
    assert differences(installation) == []


def differences(installation: Installation) -> list[str]:
    """What a rebuild would change."""
    return [line for line in installation.rebuild(check=True) if " removed, " in line]


def test_what_was_removed_does_not_come_back(installation: Installation) -> None:
    play(installation, "topics", "none")
    later = START + timedelta(days=1)
    for firm in FIRMS:
        set_privacy(installation, firm, "topics", "leaders", at=later)
    installation.batch(now=later)
    assert "Layoffs" not in str([shown(installation, firm) for firm in FIRMS])


def test_equal_numbers_that_are_not_kept_are_still_equal(installation: Installation) -> None:
    play(installation, "phone_numbers", "none")
    query = """
        select array_agg(distinct fields ->> 'callee_phone_digest') from zoom_raw.events
        where event like 'phone.%%' and organization_id = %s
    """
    early, late = (installation.value(query, [firm]) for firm in FIRMS)
    assert (len(early), len(late)) == (1, 1)
    assert early != late  # of two organizations, not even equal numbers are equal


def test_what_arrives_before_a_release_never_comes_back(installation: Installation) -> None:
    """However late the next batch is. What arrives after the release is landed."""
    set_privacy(installation, "early", "processing", "held")
    opening, *rest = meeting("early").whole([ANN])
    installation.deliver(opening, at=START + timedelta(minutes=1))
    installation.batch(now=START + timedelta(minutes=20))
    installation.deliver(*rest[:1], at=START + timedelta(minutes=21))
    released = START + timedelta(minutes=25)
    set_privacy(installation, "early", "processing", "released", at=released)
    installation.deliver(*rest[1:], at=START + timedelta(minutes=30))
    installation.batch(now=START + timedelta(minutes=40))
    dispositions = installation.value(
        "select array_agg(disposition || coalesce(' ' || reason, '') order by delivery_id) "
        "from operations.deliveries"
    )
    assert dispositions == ["ignored not_released"] * 2 + ["landed"] * 2
    assert installation.value("select count(*) from ingress.deliveries where body is not null") == 0


def test_while_processing_is_held_a_removed_app_still_ends_the_connection(
    installation: Installation,
) -> None:
    from tests.pipeline.installation import CLIENT_ID

    set_privacy(installation, "early", "processing", "held")
    removed = START + timedelta(hours=1)
    installation.deliver(
        {
            "event": "app_deauthorized",
            "payload": {
                "account_id": account_of("early"),
                "client_id": CLIENT_ID,
                "deauthorization_time": removed.isoformat(),
            },
            "event_ts": int(removed.timestamp() * 1000),
        },
        at=removed,
    )
    installation.batch(now=removed + timedelta(minutes=20))
    assert (
        installation.value(
            "select status from integration.connections where organization_id = 'early'"
        )
        == "disconnected"
    )


def test_a_body_that_could_not_be_read_is_not_kept_if_it_may_contain_what_is_not_kept(
    installation: Installation,
) -> None:
    set_privacy(installation, "early", "topics", "none")
    for firm in FIRMS:
        broken = meeting(firm).ended()
        del broken["payload"]["object"]["uuid"]
        installation.deliver(broken, at=START)
    installation.batch(now=START + timedelta(minutes=20))
    assert installation.value(
        "select array_agg(organization_id) from ingress.deliveries where body is not null"
    ) == ["late"]


def test_the_database_refuses_unknown_settings_and_values(installation: Installation) -> None:
    import psycopg

    for name, value in (("topic", "none"), ("topics", "nobody"), ("retention_months", "0")):
        with pytest.raises(psycopg.errors.CheckViolation):
            set_privacy(installation, "early", name, value)


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
