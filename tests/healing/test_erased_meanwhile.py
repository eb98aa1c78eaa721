"""An account may be erased while Zoom's answers are awaited: nothing is stored afterwards."""

import threading
from pathlib import Path

from integration.database.postgres import transaction
from integration.privacy.account import erase_account, remaining_rows
from tests.healing.short_past import (
    EVERYTHING,
    FIRMS,
    FIRST,
    OF_ANN,
    SECOND,
    short_past,
)
from tests.patience import PATIENCE, wait_until

PARTICIPANTS = f"/v2/past_meetings/{OF_ANN}/participants"
ANSWERED_AFTER_SECONDS = 5.0


def test_nothing_of_an_account_that_was_erased_meanwhile_is_stored(
    server_url: str, home: Path
) -> None:
    with short_past(server_url, home) as past:
        past.start_again()
        past.fail(PARTICIPANTS, times=1, delay_seconds=ANSWERED_AFTER_SECONDS)
        healing = threading.Thread(target=past.heal)
        healing.start()
        wait_until(lambda: past.calls(PARTICIPANTS) == [PARTICIPANTS])
        with transaction(past.installation.url) as owner:
            erase_account(owner, FIRMS[FIRST], FIRST)
        queued = past.queued(FIRST)
        healing.join(PATIENCE)
        with transaction(past.installation.url) as owner:
            assert +remaining_rows(owner, FIRST) == {}
        assert (past.queued(FIRST), past.queued(SECOND)) == (queued, EVERYTHING)
        assert f"Account {FIRST} has been erased." in past.said
