"""Customers of whom one has a meeting or a call that a model cannot derive."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integration.pipeline.derive import DerivationFailed
from tests.faults.planting import Fault, is_derived_by_session, planted
from tests.pipeline.events import FIRST_LEG, Body, Person, Session, call_ended, iso
from tests.pipeline.installation import Installation
from tests.pipeline.tables import CLIENTSIGHTS, TABLES, contents, take_snapshot

MORNING = datetime(2026, 3, 3, 9, tzinfo=UTC)
FIRST_BATCH = MORNING + timedelta(hours=12)
BAD, GOOD = "with-a-fault", "without"
PHONE = "99000001"
ALL_TABLES = TABLES | CLIENTSIGHTS | {"intermediate.int_presence": ("session_id", "participant_id")}
Contents = dict[Any, dict[str, Any]]


def people_of(organization: str) -> list[Person]:
    return [
        Person("Ann Host", f"zu-ann-{organization}", f"ann@{organization}.example"),
        Person("Ben", f"zu-ben-{organization}", f"ben@{organization}.example"),
        Person("Dana Client", "", "dana@client-one.com"),
        Person("Erik Client", "", "erik@client-one.com"),
    ]


def meeting(organization: str, number: int) -> Session:
    started_at = MORNING + timedelta(hours=number)
    return Session(
        account=f"account-{organization}",
        uuid=f"{organization}-{number}==",
        host_id=f"zu-ann-{organization}",
        started_at=started_at,
        ended_at=started_at + timedelta(minutes=30),
    )


def events_of(session: Session, organization: str) -> list[Body]:
    """Everyone attends from start to end, and Ann also joins by phone."""
    ann, *_ = people = people_of(organization)
    return [
        *session.whole(people),
        session.joined(Person("12055550100"), session.started_at, leg=PHONE),
        session.bound(PHONE, to_leg=FIRST_LEG, at=session.started_at),
        session.left(ann, session.ended_at, leg=PHONE),
    ]


def call(organization: str, number: int, *, minutes: int = 10) -> list[Body]:
    """Ann calls Ben; both sides report it."""
    started_at = MORNING + timedelta(hours=number, minutes=40)
    bodies = [
        call_ended(
            side, f"account-{organization}", started_at, call_id=f"call-{number}-of-{organization}"
        )
        for side in ("caller", "callee")
    ]
    for body in bodies:
        body["payload"]["object"] |= {
            "caller": {"user_id": f"zu-ann-{organization}", "extension_number": 1001},
            "callee": {"user_id": f"zu-ben-{organization}", "extension_number": 1002},
            "call_end_time": iso(started_at + timedelta(minutes=minutes)),
        }
    return bodies


def deliver_a_morning(
    installation: Installation, organizations: Sequence[str] = (BAD, GOOD)
) -> None:
    """Four meetings and four calls of each customer, landed."""
    bodies: list[Body] = []
    for organization in organizations:
        installation.organization(
            organization,
            account=f"account-{organization}",
            users={
                f"{name}-{organization}": f"{name}@{organization}.example"
                for name in ("ann", "ben")
            },
        )
        for name in ("ann", "ben"):
            installation.execute(
                "insert into integration.mapping_changes "
                "(zoom_account_id, zoom_user_id, user_id, effective_from) "
                "values (%s, %s, %s, '2025-01-01')",
                [f"account-{organization}", f"zu-{name}-{organization}", f"{name}-{organization}"],
            )
        for number in range(4):
            bodies += events_of(meeting(organization, number), organization)
            bodies += call(organization, number)
    installation.deliver(*bodies, at=MORNING + timedelta(hours=6))
    installation.land(now=FIRST_BATCH)


def derived_morning(installation: Installation) -> None:
    """The morning, and a batch that has derived it."""
    deliver_a_morning(installation)
    installation.batch(now=FIRST_BATCH)


def fault_in(installation: Installation, model: dict[str, Any], organization: str = BAD) -> Fault:
    """In a call if the model derives calls, otherwise in a meeting."""
    field, value = (
        ("call_id", f"call-1-of-{organization}")
        if model["name"].startswith("int_call_")
        else ("zoom_uuid", meeting(organization, 1).uuid)
    )
    session_id = installation.value(
        "select distinct session_id from zoom_raw.events where fields ->> %s = %s", [field, value]
    )
    return Fault(model, organization, session_id)


def state(installation: Installation) -> Contents:
    return contents(take_snapshot(installation.url, ALL_TABLES))


def of(organization: str, rows: Contents) -> Contents:
    return {key: row for key, row in rows.items() if key[1] == organization}


def without_session(session_id: str, rows: Contents) -> Contents:
    return {key: row for key, row in rows.items() if row.get("session_id") != session_id}


def per_session(rows: Contents) -> Contents:
    return {key: row for key, row in rows.items() if "session_id" in row}


def customer_of(model: dict[str, Any]) -> str:
    """The customer in whose data the model's fault is planted."""
    return f"fault-in-{model['name'].replace('_', '-')}"


def customers_of(models: Iterable[dict[str, Any]]) -> list[str]:
    return [GOOD, *map(customer_of, models)]


def what_faults_change(
    installation: Installation,
    models: Sequence[dict[str, Any]],
    *,
    folder: Path,
    expected: Contents,
) -> Iterator[str]:
    """Plays the story with a fault in each model, each for another customer, and yields what
    differs from the story without them.

    `expected` is the state after the first batch of the same customers' story without a fault.
    """
    deliver_a_morning(installation, customers_of(models))
    faults = [fault_in(installation, model, customer_of(model)) for model in models]
    with planted(*faults, folder=folder):
        if not installation.batch(now=FIRST_BATCH, raise_on_error=False).success:
            yield "the batch failed"
        yield from _what_others_miss(installation, faults, expected, "after the batch")
        listed = installation.execute(
            "select distinct organization_id, model, error from operations.failed_sessions"
        )
        for fault in faults:
            if (fault.organization_id, _name(fault), "22012") not in listed:
                yield f"{_name(fault)}: it is not listed among the failed sessions: {listed}"
        try:
            installation.rebuild()
        except DerivationFailed as failure:
            yield f"rebuild failed: {failure}"
        yield from _what_others_miss(installation, faults, expected, "after the rebuild")
        for fault in faults:
            if not installation.erase(
                "nobody.of.these@elsewhere.example", organization_id=fault.organization_id
            ):
                yield f"{_name(fault)}: erase failed"
        yield from _what_others_miss(installation, faults, expected, "after an erasure")

    # New events of the sessions make the batch retry them.
    late = [
        body
        for customer in map(customer_of, models)
        for body in (
            meeting(customer, 1).joined(
                people_of(customer)[0], meeting(customer, 1).started_at, leg="99"
            ),
            *call(customer, 1, minutes=11),
        )
    ]
    installation.deliver(*late, at=FIRST_BATCH + timedelta(hours=1))
    installation.batch(now=FIRST_BATCH + timedelta(hours=2))
    names = [_name(fault) for fault in faults if _is_retried_with_its_session(fault)]
    left = installation.execute(
        "select model, scope from pipeline.failures where model = any(%s)", [names]
    )
    if left:
        yield f"without the fault they still count as failed: {left}"
    if len(names) < len(faults):  # a batch retries only what it touches; a rebuild tries everything
        installation.rebuild()
        left = installation.execute("select model, scope from pipeline.failures")
        if left:
            yield f"without the fault they still count as failed after a rebuild: {left}"
    said = "\n".join(installation.rebuild(check=True))
    if " only in the live table, " in said:
        yield f"without the fault a rebuild still differs:\n{said}"


def _what_others_miss(
    installation: Installation, faults: Sequence[Fault], expected: Contents, when: str
) -> Iterator[str]:
    now = state(installation)
    if of(GOOD, now) != of(GOOD, expected):
        yield f"{when}: another organization's rows are not the same"
    for fault in filter(_is_retried_with_its_session, faults):
        customer, session_id = fault.organization_id, fault.session_id
        if without_session(session_id, per_session(of(customer, now))) != (
            without_session(session_id, per_session(of(customer, expected)))
        ):
            yield f"{_name(fault)}: {when}: other sessions of the organization are not the same"


def _is_retried_with_its_session(fault: Fault) -> bool:
    return bool(is_derived_by_session(fault.model) and fault.model["config"]["unique_key"])


def _name(fault: Fault) -> str:
    return f"{fault.model['schema']}.{fault.model['alias']}"
