"""A batch writes the rows that new data affects, and no others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.connections.tokens import save_grant
from integration.zoom.oauth import Grant
from simulator.company import build_company
from simulator.running import running
from simulator.world import World, make_world
from tests.databases import page_of
from tests.pipeline import story
from tests.pipeline.installation import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENCRYPTION_KEY,
    Installation,
    new_installation,
)
from tests.pipeline.story import CHANGES, Transitions
from tests.pipeline.tables import Key, Snapshot, take_snapshot, updated_at, written
from tests.pipeline.timeline_week import CLEO, COLLEAGUES, MONDAY, FirmWithWeek

IMPORTED = FirmWithWeek("zoom_email_changed_by_an_import", "AccountOfTheImports000")
FIRMS = [FirmWithWeek(name) if name != IMPORTED.name else IMPORTED for name in CHANGES]
# These have their own tests.
DETAILED = ("late_leave", "late_correction", "an_address_becomes_a_zoom_users")
OUTSIDE = ("before_connection", "after_disconnection", None)


@dataclass
class Week:
    """The tables after each batch, and the names that tests use for sessions and participants."""

    first: Snapshot
    quiet: Snapshot
    repeated: Snapshot
    changed: Snapshot
    later: Snapshot
    rebuilt: Snapshot
    said: str
    names: dict[str, str] = field(repr=False)

    def label(self, key: Key) -> tuple[str, str, str]:
        """(table, session, person) of a row; the person is empty for a session's row."""
        table, organization, session, *rest = key
        person = rest[0] if rest else ""
        return table, self.names[session], self.names.get(person, person.rpartition("-")[2])

    def written(self, firm: str, before: Snapshot, after: Snapshot) -> set[tuple[str, str, str]]:
        return {self.label(key) for key in written(before, after) if key[1] == firm}

    def transitions(self, firm: str, before: Snapshot, after: Snapshot) -> Transitions:
        found: Transitions = {}
        for key in written(before, after):
            if key[:2] == ("operations.outcomes", firm):
                rows = (before.get(key), after.get(key))
                outcomes = tuple(row.columns["outcome"] if row else None for row in rows)
                found[self.label(key)[1:]] = outcomes
        return found


@pytest.fixture(scope="module")
def week(server_url: str, home: Path) -> Iterator[Week]:
    """The whole week, batch by batch."""
    company = build_company(users=10, account_id=IMPORTED.account)
    world = make_world([company], client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with (
        running(world) as zoom,
        new_installation(server_url, home=home, zoom=zoom) as installation,
    ):
        yield run_week(installation, world)


def run_week(installation: Installation, world: World) -> Week:
    for firm in FIRMS:
        story.prepare(installation, firm)
    connect_simulated_zoom(installation, world)
    snapshots = {"first": batch(installation, story.FIRST_BATCH)}
    snapshots["quiet"] = batch(installation, story.QUIET_BATCH)
    for firm in FIRMS:
        installation.deliver(*firm.week()[:6], at=story.QUIET_BATCH)
    snapshots["repeated"] = batch(installation, story.REPEATED_BATCH)
    names = names_of(installation)
    for firm in FIRMS:
        story.change(installation, firm)
    world.accounts[IMPORTED.account].users[0]["email"] = "ann.ash@new.example"
    snapshots["changed"] = batch(installation, story.CHANGING_BATCH)
    names |= names_of(installation)
    for firm in FIRMS:
        story.deliver_later_events(installation, firm)
    snapshots["later"] = batch(installation, story.LATER_BATCH)
    said = installation.rebuild()[-1]
    snapshots["rebuilt"] = take_snapshot(installation.url)
    return Week(**snapshots, said=said, names=names | names_of(installation))


def connect_simulated_zoom(installation: Installation, world: World) -> None:
    world.accounts[IMPORTED.account].users = [
        {
            "id": person.zoom_user_id,
            "email": person.email,
            "display_name": person.name,
            "type": 2,
            "status": "active",
        }
        for person in COLLEAGUES
    ]
    connection_id = installation.value(
        "select connection_id from integration.connections where organization_id = %s",
        [IMPORTED.name],
    )
    with page_of(installation.url, IMPORTED.name) as connection:
        save_grant(
            connection,
            connection_id=connection_id,
            organization_id=IMPORTED.name,
            grant_type="account_credentials",
            grant=Grant("made up", None, MONDAY, None, "user:read:list_users:admin"),
            keys=[ENCRYPTION_KEY],
        )


def batch(installation: Installation, now: object) -> Snapshot:
    installation.batch(now=now)
    return take_snapshot(installation.url)


def names_of(installation: Installation) -> dict[str, str]:
    return dict(
        installation.execute(
            """
            select session_id, topic from intermediate.int_sessions
            union select participant_id, display_name from intermediate.int_participants
            """
        )
    )


def rows_of(transitions: Transitions) -> set[tuple[str, str, str]]:
    """The rows that transitions of outcomes write. Outside a connection there are only outcomes."""
    rows = set()
    for (session, person), both in transitions.items():
        rows.add(("operations.outcomes", session, person))
        if set(both) - set(OUTSIDE):
            rows.add(("timeline.participants", session, person))
        if "activity" in both:
            rows.add(("timeline.activities", session, person))
        if set(both) & set(OUTSIDE):
            rows.add(("timeline.sessions", session, ""))
    return rows


def test_a_week_of_all_firms_is_derived(week: Week) -> None:
    """The other tests depend on this."""
    assert week.transitions("nothing", {}, week.first) == {
        (session, who): (None, outcome)
        for session, people in story.USUAL.items()
        for who, outcome in people.items()
    }


def test_a_batch_without_new_data_leaves_every_row_untouched(week: Week) -> None:
    assert written(week.first, week.quiet) == set()


def test_a_batch_of_known_deliveries_leaves_every_row_untouched(week: Week) -> None:
    assert written(week.first, week.repeated) == set()


@pytest.mark.parametrize("firm", [name for name in CHANGES if name not in DETAILED])
def test_a_change_touches_its_rows_and_no_others(week: Week, firm: str) -> None:
    expected = CHANGES[firm].touches
    found = (
        week.transitions(firm, week.repeated, week.changed),
        week.written(firm, week.repeated, week.changed),
    )
    guests = {("timeline.participants", *who) for who in CHANGES[firm].guests}
    assert found == (expected, rows_of(expected) | guests)


@pytest.mark.parametrize("firm", [name for name in CHANGES if CHANGES[name].later_outcomes])
def test_an_email_applies_to_sessions_that_end_after_it_was_known(week: Week, firm: str) -> None:
    expected = {
        (session, "ann"): (None, outcome)
        for session, outcome in CHANGES[firm].later_outcomes.items()
    }
    found = (
        week.transitions(firm, week.changed, week.later),
        week.written(firm, week.changed, week.later),
    )
    assert found == (expected, rows_of(expected))


def open_session(week: Week, firm: str, snapshot: Snapshot) -> list[tuple[Any, ...]]:
    return [
        (row.columns["end_source"], row.columns["started_at"], row.columns["ended_at"])
        for key, row in snapshot.items()
        if key[:2] == ("timeline.sessions", firm) and week.label(key)[1] == "open"
    ]


def test_an_inferred_end_is_the_latest_join_or_leave_until_zoom_sends_the_end(week: Week) -> None:
    start = MONDAY + timedelta(days=3, hours=9)
    ends = [
        open_session(week, "no_end_for_24_hours", snapshot)
        for snapshot in (week.repeated, week.changed, week.later)
    ]
    assert ends == [
        [],
        [("inferred", start, start + timedelta(minutes=30))],
        [("event", start, start + timedelta(hours=1))],
    ]


def test_a_session_that_continues_after_its_inferred_end_is_no_longer_shown(week: Week) -> None:
    firm = "an_inferred_end_taken_back"
    assert len(open_session(week, firm, week.changed)) == 1
    assert open_session(week, firm, week.later) == []
    assert week.transitions(firm, week.changed, week.later) == {("open", "ann"): ("activity", None)}


def test_an_address_that_becomes_a_zoom_users_touches_the_sessions_of_its_guests(
    week: Week,
) -> None:
    firm = "an_address_becomes_a_zoom_users"
    rows = week.written(firm, week.repeated, week.changed)
    assert {session for _, session, _ in rows} == {"mon", "tue", "wed", "bens"}
    assert [
        (week.label(key)[1], row.columns["zoom_user_id"], row.columns["connection_count"])
        for key, row in sorted(week.changed.items(), key=lambda item: week.label(item[0]))
        if key[:2] == ("timeline.participants", firm) and row.columns["email"] == CLEO.email
    ] == [
        ("bens", "zu-dan", 1),
        ("mon", "zu-dan", 2),
        ("tue", "zu-dan", 2),
        ("wed", "zu-dan", 2),
    ]


def test_a_late_event_corrects_its_session_only(week: Week) -> None:
    """Without the leave, the presence extended to the end of the session, as an estimate."""
    assert week.written("late_leave", week.repeated, week.changed) == {
        ("timeline.participants", "tue", "ann"),
        ("timeline.activities", "tue", "ann"),
    }
    assert [
        (row.columns["duration_seconds"], row.columns["is_estimated"])
        for snapshot in (week.repeated, week.changed)
        for key, row in snapshot.items()
        if key[:2] == ("timeline.activities", "late_leave") and week.label(key)[1] == "tue"
    ] == [(3600, True), (2400, False)]


def test_an_activity_without_a_reason_is_removed(week: Week) -> None:
    assert week.transitions("late_correction", week.repeated, week.changed) == {
        ("tue", "ann"): ("activity", None),
        ("tue", "ben"): (None, "activity"),
    }
    activities = {key: row for key, row in week.changed.items() if key[0] == "timeline.activities"}
    users = {
        week.label(key)[2]
        for key in activities
        if week.label(key)[1] == "tue" and key[1] == "late_correction"
    }
    assert users == {"ben"}


def test_only_changed_rows_get_the_time_of_the_batch(week: Week) -> None:
    before, after = updated_at(week.repeated), updated_at(week.changed)
    changed = {key for key in written(week.repeated, week.changed) if key in after}
    assert {after[key] for key in changed} == {story.CHANGING_BATCH}
    assert {key: after[key] for key in after.keys() - changed} == {
        key: before[key] for key in after.keys() - changed
    }
    assert set(before.values()) == {story.FIRST_BATCH}


def test_a_rebuild_finds_nothing_to_change_and_touches_nothing(week: Week) -> None:
    assert week.said == "No rows changed."
    assert written(week.later, week.rebuilt) == set()
