"""What the end of a test meeting starts, and what it does not start again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.orchestration.scheduled import ACCOUNT, ANN, BOB, NOW, connect, meeting
from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation


def test_the_end_of_a_followed_test_meeting_starts_a_batch(
    installation: Installation, look: Callable[[str], str]
) -> None:
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    waits = "skipped: 1 delivery waiting; a batch starts early at 5,000."
    starts = "run: a test meeting has ended"
    two_minutes_ago = datetime.now(UTC) - timedelta(minutes=2)
    installation.deliver(meeting().ended(), at=two_minutes_ago)
    said = [look("backlog")]  # nobody follows a test meeting
    installation.execute(
        "insert into integration.test_meetings (organization_id, user_id, started_at) "
        "values ('firm', 'ann', now() - interval '59 minutes'), "
        "('firm', 'ann', now() - interval '1 minute')"
    )
    said.append(look("backlog"))  # the meeting ended within the earlier one
    installation.execute(
        "update integration.test_meetings set started_at = now() - interval '61 minutes' "
        "where started_at < now() - interval '5 minutes'"
    )
    said.append(look("backlog"))  # nobody follows that one any longer
    installation.execute("update integration.test_meetings set organization_id = 'another'")
    installation.deliver(meeting().started(), meeting().ended(), at=datetime.now(UTC))
    said.append(look("backlog"))
    installation.execute("update integration.test_meetings set organization_id = 'firm'")
    said.append(look("backlog"))
    assert said == [waits, starts, waits, waits.replace("1 delivery", "3 deliveries"), starts]


def said_when_meetings_end(
    installation: Installation, look: Callable[[str], str], follow: int, *ends: tuple[Person, int]
) -> list[str]:
    """Meetings end, each before a batch, while Ann follows one. All times are in minutes ago."""
    now = datetime.now(UTC)
    started_at = now - timedelta(minutes=follow)
    followed = "insert into integration.test_meetings (organization_id, user_id, started_at) values"
    installation.execute(f"{followed} ('firm', 'ann', %s)", [started_at])
    said, end = [], now - timedelta(seconds=1)
    for number, (person, minutes) in enumerate(ends):
        session = Session(ACCOUNT, f"uuid-{number}", "zu-bob", end - timedelta(minutes=2), end)
        installation.deliver(*session.whole([person]), at=end)
        said.append(look("backlog"))
        installation.batch(now=now - timedelta(minutes=minutes))
    return said


STARTS = "run: a test meeting has ended"
WAITS = "skipped: 4 deliveries waiting; a batch starts early at 5,000."


def test_a_test_meeting_starts_no_batch_after_its_entry_was_made(
    installation: Installation, look: Callable[[str], str]
) -> None:
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, "
        "effective_from) values (%s, 'zu-ann', 'ann', '-infinity')",
        [ACCOUNT],
    )
    ends = [(BOB, 2), (ANN, 2), (BOB, 2)]
    assert said_when_meetings_end(installation, look, 4, *ends) == [STARTS, STARTS, WAITS]


def test_without_an_entry_the_next_batch_of_a_test_meeting_waits_as_long_again(
    installation: Installation, look: Callable[[str], str]
) -> None:
    """An account in which nobody is mapped ran one batch after the other for an hour."""
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    ends = [(ANN, 22), (ANN, 5), (ANN, 5)]
    assert said_when_meetings_end(installation, look, 40, *ends) == [STARTS, STARTS, WAITS]
