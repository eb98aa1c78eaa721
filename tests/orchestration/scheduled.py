"""A firm whose meetings end around the time of the schedule's tick."""

from datetime import UTC, datetime, timedelta

from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation

ACCOUNT = "ScheduledAccount000000"
# The schedule reads the clock, so what is overdue must be overdue in real time.
NOW = datetime.now(UTC).replace(microsecond=0)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
BOB = Person("Bob Bay", "zu-bob", "bob@firm.example")


def meeting(ended_ago: timedelta = timedelta(hours=1)) -> Session:
    end = NOW - ended_ago
    return Session(ACCOUNT, "uuid-1", "zu-ann", end - timedelta(hours=1), end)


def connect(installation: Installation, *, next_import_at: datetime) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    installation.execute(
        "update integration.connections set next_import_at = %s, users_imported_at = %s",
        [next_import_at, NOW],
    )
