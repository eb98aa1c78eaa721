"""One writer at a time, and a batch that failed leaves its work to the next one."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from integration.pipeline.batches import open_batch
from integration.pipeline.writer import only_writer
from tests.patience import PATIENCE, wait_until
from tests.pipeline.broken_table import BREAK, REPAIR
from tests.pipeline.events import Person, Session, user_event
from tests.pipeline.installation import Installation

ACCOUNT = "WriterAccount000000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
NOW = START + timedelta(hours=2)


def meeting(number: int) -> Session:
    return Session(ACCOUNT, f"uuid-{number}", "zu-ann", START, START + timedelta(hours=1))


def test_the_second_writer_says_so_and_waits_for_the_first(installation: Installation) -> None:
    said, first_is_done, order = threading.Event(), threading.Event(), []

    def second() -> None:
        with only_writer(
            installation.url, say=lambda _: said.set(), poll_seconds=0.01
        ) as connection:
            order.append(("second", first_is_done.is_set()))
            order.append(open_batch(connection, as_of=NOW, run_id=None).number)

    with only_writer(installation.url, say=pytest.fail) as connection:
        thread = threading.Thread(target=second)
        thread.start()
        assert said.wait(PATIENCE)
        order.append(open_batch(connection, as_of=NOW, run_id=None).number)
        first_is_done.set()
    thread.join(PATIENCE)

    assert order == [1, ("second", True), 2]


def test_a_batch_waits_for_another_writer_and_lands_afterwards(
    installation: Installation, capfd: pytest.CaptureFixture[str]
) -> None:
    installation.organization("firm", account=ACCOUNT, users={})
    installation.deliver(*meeting(1).whole([ANN]), at=NOW)
    waiting = "select count(*) from ingress.deliveries where disposition = 'waiting'"
    with only_writer(installation.url, say=pytest.fail):
        batch = threading.Thread(target=lambda: installation.land(now=NOW))
        batch.start()
        read_until(capfd, "Waiting for another batch, rebuild, erasure or import to finish.")
        waited = installation.value(waiting)
    batch.join(PATIENCE)

    assert (waited, installation.value(waiting)) == (4, 0)


def read_until(capfd: pytest.CaptureFixture[str], wanted: str) -> None:
    said = ""

    def has_been_said() -> bool:
        nonlocal said
        said += capfd.readouterr().err
        return wanted in said

    wait_until(has_been_said, every=0.01)


def test_what_a_failed_batch_landed_is_derived_by_the_next_one(
    installation: Installation, capfd: pytest.CaptureFixture[str]
) -> None:
    """A batch processed deliveries and a setting before one of its tables failed."""
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    at_start = {"zoom_user_id": "zu-ann", "email": ANN.email}
    installation.deliver(user_event("created", ACCOUNT, START, **at_start), at=START)
    installation.deliver(*meeting(1).whole([ANN]), at=NOW)
    installation.batch(now=NOW)

    installation.execute(
        """
        insert into integration.subscription_changes
            (organization_id, user_id, feature, is_on, effective_from)
        values ('firm', 'ann', 'webinars', false, '2026-01-01Z'),
            ('firm', 'ann', 'meetings', false, '2026-03-02 11:00Z')
        """
    )
    installation.deliver(*meeting(2).whole([ANN]), at=NOW)
    later = Session(ACCOUNT, "uuid-3", "zu-ann", NOW, NOW + timedelta(hours=1))
    installation.deliver(*later.whole([ANN]), at=NOW)
    installation.execute(BREAK)
    failed = installation.batch(now=NOW + timedelta(minutes=20), raise_on_error=False)
    installation.execute(REPAIR)
    said = capfd.readouterr()
    unfinished = [failed.success, unfinished_batches(installation)]
    installation.batch(now=NOW + timedelta(minutes=40))

    assert unfinished == [False, [2]]
    assert unfinished_batches(installation) == []
    assert outcomes(installation) == {
        "uuid-1": "activity",
        "uuid-2": "activity",
        "uuid-3": "not_subscribed",
    }
    assert activities(installation) == [
        ("uuid-1", NOW),
        ("uuid-2", NOW + timedelta(minutes=20)),
    ]
    # Postgres reports the values of the row that it refused, which must not be in a log.
    assert "Failing row contains" not in said.out + said.err


def unfinished_batches(installation: Installation) -> list[int]:
    query = "select batch from pipeline.batches where finished_at is null order by batch"
    return [number for (number,) in installation.execute(query)]


def activities(installation: Installation) -> list[tuple[str, datetime]]:
    return installation.execute(
        """
        select zoom_uuid, updated_at from timeline.activities
        inner join timeline.sessions using (organization_id, session_id)
        order by 1
        """
    )


def outcomes(installation: Installation) -> dict[str, str]:
    return dict(
        installation.execute(
            """
            select zoom_uuid, outcome from operations.outcomes
            inner join timeline.sessions using (organization_id, session_id)
            """
        )
    )
