"""A run that has no time to wait for Zoom stops there, without an error of Zoom or of a session."""

import pytest

from integration.settings import Settings
from tests.healing.short_past import EVERYTHING, FIRST, OF_ANN, SECOND, ShortPast

PARTICIPANTS = f"/v2/past_meetings/{OF_ANN}/participants"
WITH_ERRORS = "select count(*) from zoom_raw.known_sessions where error is not null"


def test_a_wait_that_is_too_long_for_the_run_is_no_error_of_the_session(
    past: ShortPast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said that Zoom's user list could not be read, and that the next import reads it."""
    past.disconnect(SECOND)
    past.fail(PARTICIPANTS, times=1, status=429, headers={"Retry-After": "50"})
    with monkeypatch.context() as hurried:
        hurried.setattr(Settings, "heal_minutes", 0.5)
        counts = past.heal()
    assert (counts["unfinished"] >= 1, counts["failed"]) == (True, 0)
    assert past.installation.value(WITH_ERRORS) == 0
    assert past.heal()["unfinished"] == 0
    assert past.queued(FIRST) == EVERYTHING
