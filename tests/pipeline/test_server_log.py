"""What PostgreSQL says about a batch in its own log."""

from collections.abc import Callable
from datetime import timedelta

from tests.databases import superuser_of
from tests.faults.story import FIRST_BATCH, GOOD, events_of, meeting
from tests.patience import wait_until
from tests.pipeline.installation import Installation

CURRENT = "select pg_current_logfile()"
SIZE = "select size from pg_stat_file(%s)"
# Lines of other encodings may be in it, too.
TEXT = "select encode(pg_read_binary_file(%s, %s, 100000000), 'escape')"
LAST = "this line is found"
WARNING = f"do $$ begin raise warning '{LAST}'; end $$"


def warnings_of(url: str, act: Callable[[], object]) -> list[str]:
    """The warnings that the server has logged meanwhile."""
    with superuser_of(url, autocommit=True) as superuser:
        [file] = superuser.execute(CURRENT).fetchone()
        [size] = superuser.execute(SIZE, [file]).fetchone()
        act()
        superuser.execute(WARNING)

        def warnings() -> list[str]:
            [text] = superuser.execute(TEXT, [file, size]).fetchone()
            return [line for line in text.splitlines() if "WARNING:" in line]

        # The server writes its log in another process.
        wait_until(lambda: any(line.endswith(LAST) for line in warnings()))
        *found, last = warnings()
    assert last.endswith(LAST)
    return found


def test_a_batch_leaves_no_warning_in_the_log_of_the_server(morning: Installation) -> None:
    """As when a setting for a transaction was made outside one, and applied to nothing."""
    later = FIRST_BATCH + timedelta(hours=1)
    morning.deliver(*events_of(meeting(GOOD, 7), GOOD), at=later - timedelta(minutes=1))
    assert warnings_of(morning.url, lambda: morning.batch(now=later)) == []
