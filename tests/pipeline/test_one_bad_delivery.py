"""A delivery that cannot be landed is quarantined with its reason; every other delivery lands."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from integration.database.postgres import connect
from integration.keys.recorded import record_key
from integration.pipeline import landing
from integration.pipeline.batches import Batch
from integration.pipeline.landing import land_deliveries
from integration.privacy.applied_tombstones import Arrival, RedactedArrival
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.zoom import kept_fields
from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import Installation

ACCOUNT = "BadDeliveriesAccount00"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARRIVAL = START + timedelta(hours=2)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
POISON = "the-one-that-fails"


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})


def ended(uuid: str) -> Body:
    return Session(ACCOUNT, uuid, "zu-ann", START, START + timedelta(hours=1)).ended()


def one_bad_of_many() -> list[Body]:
    return [ended(POISON if n == 17 else f"uuid-{n}") for n in range(40)]


def land(installation: Installation, *, key: str = "never asked for") -> Counter[str]:
    """Only the landing step, as the pipeline runs it."""
    with connect(installation.url, role="pipeline", autocommit=True) as connection:
        batch = Batch(number=1, as_of=ARRIVAL)
        return sum(land_deliveries(connection, batch, keys=lambda: (key,)), Counter[str]())


def refuse_in_the_database(installation: Installation, condition: str, code: str) -> None:
    """Plants a fault: the database refuses events that meet the condition, with this SQLSTATE."""
    installation.execute(
        f"""
        create function zoom_raw.refuse() returns trigger language plpgsql as $$
        begin
            if {condition} then
                raise exception 'a message that quotes %', new.fields using errcode = '{code}';
            end if;
            return new;
        end $$
        """
    )
    installation.execute(
        "create trigger refuse before insert or update on zoom_raw.events "
        "for each row execute function zoom_raw.refuse()"
    )


def quarantined(installation: Installation) -> list[tuple[Any, ...]]:
    return installation.execute(
        "select reason, organization_id, zoom_account_id, body is not null "
        "from ingress.deliveries where disposition = 'quarantined'"
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("54000", "ProgramLimitExceeded 54000"),
        ("22003", "NumericValueOutOfRange 22003"),
        ("23514", "CheckViolation 23514"),
        ("P0001", "RaiseException P0001"),
        ("XX000", "InternalError_ XX000"),
    ],
)
def test_an_event_that_the_database_refuses_is_quarantined_and_all_others_land(
    installation: Installation, code: str, reason: str
) -> None:
    refuse_in_the_database(installation, f"new.fields ->> 'zoom_uuid' = '{POISON}'", code)
    installation.deliver(*one_bad_of_many(), at=ARRIVAL)

    assert land(installation) == {"landed": 39, "quarantined": 1}
    assert quarantined(installation) == [(f"could not be landed ({reason})", "firm", ACCOUNT, True)]
    assert installation.value("select count(distinct session_id) from zoom_raw.events") == 39


def test_each_event_that_the_database_refuses_is_quarantined(
    installation: Installation,
) -> None:
    refuse_in_the_database(installation, "new.fields ->> 'zoom_uuid' like '%3'", "22003")
    same = [ended("uuid-0"), ended("uuid-39")]
    bodies = [*same, *(ended(f"uuid-{n}") for n in range(40))]
    installation.deliver(*bodies, at=ARRIVAL)

    assert land(installation) == {"landed": 36, "duplicate": 2, "quarantined": 4}


def test_even_when_most_are_refused_the_others_land(installation: Installation) -> None:
    refuse_in_the_database(installation, "new.fields ->> 'zoom_uuid' <> 'uuid-17'", "22003")
    installation.deliver(*(ended(f"uuid-{n}") for n in range(60)), at=ARRIVAL)

    assert land(installation) == {"landed": 1, "quarantined": 59}


@pytest.mark.parametrize("code", ["40P01", "53100", "57014", "55P03"])
def test_a_transient_error_stops_the_step_and_the_deliveries_keep_waiting(
    installation: Installation, code: str
) -> None:
    refuse_in_the_database(installation, f"new.fields ->> 'zoom_uuid' = '{POISON}'", code)
    installation.deliver(*one_bad_of_many(), at=ARRIVAL)

    with pytest.raises(psycopg.OperationalError):
        land(installation)
    query = "select disposition, count(*) from ingress.deliveries group by 1"
    assert installation.execute(query) == [("waiting", 40)]


def test_an_error_that_no_delivery_causes_stops_the_step(installation: Installation) -> None:
    installation.execute("alter table zoom_raw.events rename to events_of_another_version")
    installation.deliver(*one_bad_of_many(), at=ARRIVAL)

    with pytest.raises(psycopg.errors.UndefinedTable):
        land(installation)
    assert quarantined(installation) == []


def test_an_event_that_fails_for_an_unforeseen_reason_is_quarantined(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patch plants the fault, because no delivery is known to cause one."""
    read = kept_fields.text

    def failing(value: object, **options: Any) -> str | None:
        if value == POISON:
            raise ZeroDivisionError("a message that quotes", value)
        return read(value, **options)

    monkeypatch.setattr(kept_fields, "text", failing)
    installation.deliver(*one_bad_of_many(), at=ARRIVAL)

    assert land(installation) == {"landed": 39, "quarantined": 1}
    assert quarantined(installation) == [
        ("could not be landed (ZeroDivisionError)", "firm", ACCOUNT, True)
    ]


def test_a_delivery_that_cannot_be_redacted_is_quarantined_without_its_body(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body might name a person who was erased."""
    applied = landing.redact_arrivals

    def failing(
        connection: psycopg.Connection, arrivals: Sequence[Arrival], *rest: Any, **key: Any
    ) -> dict[int, RedactedArrival]:
        if POISON in str(arrivals) or any(POISON.encode() in (a.body or b"") for a in arrivals):
            raise RecursionError("a message that quotes")
        return applied(connection, arrivals, *rest, **key)

    monkeypatch.setattr(landing, "redact_arrivals", failing)
    installation.deliver(*one_bad_of_many(), at=ARRIVAL)

    assert land(installation) == {"landed": 39, "quarantined": 1}
    assert quarantined(installation) == [
        ("could not be landed (RecursionError)", "firm", ACCOUNT, False)
    ]


def test_a_wrong_tombstone_key_quarantines_nothing(installation: Installation) -> None:
    with connect(installation.url) as connection:
        record_key(connection, "tombstone", "another-key", process="pipeline")
    installation.deliver(*one_bad_of_many(), at=ARRIVAL)

    with pytest.raises(WrongTombstoneKey):
        land(installation, key="the-wrong-key")
    assert quarantined(installation) == []


def test_the_ledger_names_the_account_of_the_landed_event(
    installation: Installation,
) -> None:
    """Accounts as Zoom might send them: a number, in white space, or next to the payload."""
    installation.organization("other", account="12345", users={})
    bodies = []
    for n, account in enumerate([12345, " 12345\t", "12345"]):
        body = Session("12345", f"uuid-{n}", "zu-x", START, ARRIVAL).ended()
        bodies.append({**body, "payload": {**body["payload"], "account_id": account}})
    bodies.append({**ended("uuid-3"), "account_id": 12345})
    bodies[3]["payload"] = {**bodies[3]["payload"], "account_id": None}
    installation.deliver(*bodies, at=ARRIVAL)
    land(installation)

    ledger = "select zoom_account_id, disposition from ingress.deliveries"
    assert installation.execute(ledger) == [("12345", "landed")] * 4
    landed = "select distinct zoom_account_id from zoom_raw.events"
    assert installation.execute(landed) == [("12345",)]
