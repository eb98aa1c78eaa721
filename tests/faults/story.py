"""Two customers, one with a meeting and a call that a model cannot derive."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integration.pipeline.derive import DerivationFailed
from tests.faults.planting import is_derived_by_session, planted
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


def deliver_a_morning(installation: Installation) -> None:
    """Four meetings and four calls of each customer, landed."""
    bodies: list[Body] = []
    for organization in (BAD, GOOD):
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


def session_to_fail(installation: Installation, model: dict[str, Any]) -> str:
    """A call if the model derives calls, otherwise a meeting."""
    field, value = (
        ("call_id", f"call-1-of-{BAD}")
        if model["name"].startswith("int_call_")
        else ("zoom_uuid", meeting(BAD, 1).uuid)
    )
    return installation.value(
        "select distinct session_id from zoom_raw.events where fields ->> %s = %s", [field, value]
    )


def state(installation: Installation) -> Contents:
    return contents(take_snapshot(installation.url, ALL_TABLES))


def of(organization: str, rows: Contents) -> Contents:
    return {key: row for key, row in rows.items() if key[1] == organization}


def without_session(session_id: str, rows: Contents) -> Contents:
    return {key: row for key, row in rows.items() if row.get("session_id") != session_id}


def per_session(rows: Contents) -> Contents:
    return {key: row for key, row in rows.items() if "session_id" in row}


def what_a_fault_changes(
    installation: Installation, model: dict[str, Any], *, folder: Path, expected: Contents
) -> Iterator[str]:
    """Plays the story with the fault in `model` and yields what differs from the story without it.

    `expected` is the state after the first batch of the story without a fault.
    """
    deliver_a_morning(installation)
    session_id = session_to_fail(installation, model)
    name = f"{model['schema']}.{model['alias']}"
    by_session = is_derived_by_session(model) and model["config"]["unique_key"]

    def others_differ(when: str) -> Iterator[str]:
        now = state(installation)
        if of(GOOD, now) != of(GOOD, expected):
            yield f"{name}: {when}: another organization's rows are not the same"
        if by_session and without_session(session_id, per_session(of(BAD, now))) != (
            without_session(session_id, per_session(of(BAD, expected)))
        ):
            yield f"{name}: {when}: other sessions of the organization are not the same"

    with planted(model, organization_id=BAD, session_id=session_id, folder=folder):
        if not installation.batch(now=FIRST_BATCH, raise_on_error=False).success:
            yield f"{name}: the batch failed"
        yield from others_differ("after the batch")
        listed = installation.execute(
            "select distinct organization_id, model, error from operations.failed_sessions"
        )
        if (BAD, name, "22012") not in listed:
            yield f"{name}: it is not listed among the failed sessions: {listed}"
        try:
            installation.rebuild()
        except DerivationFailed as failure:
            yield f"{name}: rebuild failed: {failure}"
        yield from others_differ("after the rebuild")
        if not installation.erase("nobody.of.these@elsewhere.example", organization_id=BAD):
            yield f"{name}: erase failed"
        yield from others_differ("after an erasure")

    # New events of the sessions make the batch retry them.
    late = meeting(BAD, 1).joined(people_of(BAD)[0], meeting(BAD, 1).started_at, leg="99")
    installation.deliver(late, *call(BAD, 1, minutes=11), at=FIRST_BATCH + timedelta(hours=1))
    installation.batch(now=FIRST_BATCH + timedelta(hours=2))
    if not by_session:  # a batch retries only what it touches; a rebuild tries everything
        installation.rebuild()
    left = installation.execute("select model, scope from pipeline.failures")
    if left:
        yield f"{name}: without the fault it still counts as failed: {left}"
    said = "\n".join(installation.rebuild(check=True))
    if " removed, " in said:
        yield f"{name}: without the fault a rebuild still differs:\n{said}"
