"""kill -9 of a process that heals: the next one finishes its work, and adds nothing twice."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from integration.database.postgres import connect
from tests.commands.program import APP_SETTINGS, Program, program_with
from tests.databases import with_own_logins
from tests.healing.short_past import (
    EVERYTHING,
    FIRST,
    SECOND,
    ShortPast,
    everything,
    newest_due,
)
from tests.patience import wait_until
from tests.pipeline.installation import CLIENT_SECRET
from tests.processes.processes import kill_group

# What the process waits for when it is killed, and what it has stored before.
KILLED_AT = {
    "the first event that it adds": ("lock table ingress.deliveries in share mode", 0),
    "the end of the meetings": ("select from integration.refused_sources for update", 18),
}
REFUSED = """
    insert into integration.refused_sources (organization_id, zoom_account_id, source, reason)
    select organization_id, zoom_account_id, 'webinars', 'A permission is missing.'
    from integration.connections where disconnected_at is null
"""
WAITS = """
    select count(*) > 0 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
"""
HEALS = """
    select count(*) from pg_locks
    where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())
"""


@pytest.fixture
def program(past: ShortPast) -> Iterator[Program]:
    morning = newest_due(datetime.now(UTC))
    past.disconnect(SECOND)
    past.connected_at(morning)
    past.control("history", method="DELETE")
    past.control("history", events=everything(FIRST, morning=morning))
    zoom = {"ZOOM_OAUTH_URL": past.zoom, "ZOOM_API_URL": past.zoom}
    app = {**APP_SETTINGS, "ZOOM_CLIENT_SECRET": CLIENT_SECRET}
    with program_with(**app, **zoom, **with_own_logins(past.installation.url)) as found:
        yield found


@pytest.mark.parametrize("moment", KILLED_AT)
def test_nothing_is_lost_or_added_twice_after_a_kill(
    moment: str, program: Program, past: ShortPast
) -> None:
    lock, stored = KILLED_AT[moment]
    past.installation.execute(REFUSED)
    with connect(past.installation.url) as blocker:
        blocker.execute(lock)
        with program.start("heal") as process:
            try:
                wait_until(lambda: process.poll() is not None or past.installation.value(WAITS))
            finally:
                kill_group(process)
    assert process.returncode == -signal.SIGKILL, "it had ended before"
    wait_until(lambda: past.installation.value(HEALS) == 0)  # its server processes have ended
    assert past.queued().total() == stored
    assert set(past.days().values()) == {"unfinished"}

    counts = past.heal(now=datetime.now(UTC))
    assert (counts["finished"], counts["failed"], counts["unfinished"]) == (2, 0, 0)
    assert counts["gaps"] == EVERYTHING.total() - stored
    assert past.queued() == EVERYTHING
    assert set(past.days().values()) == {"finished"}
    assert past.heal(now=datetime.now(UTC))["days"] == 0
