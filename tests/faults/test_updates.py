"""An update that adds or retypes a column, or changes a rule: the next batch derives the
tables again, in place, and a rebuild finds nothing to change.
"""

from pathlib import Path
from typing import Any

from tests.faults.changed_project import updated
from tests.faults.story import FIRST_BATCH, state
from tests.pipeline.installation import Installation

INTERMEDIATE, MARTS = "models/intermediate", "models/marts"
# An incremental model by session, one by month, and a mart with a contract.
ADDED_COLUMNS = {
    f"{INTERMEDIATE}/participants/int_presence.sql": (
        "    connection_count,\n    {{ seconds_of",
        "    connection_count,\n    connection_count + 1 as added,\n    {{ seconds_of",
    ),
    # The views that depend on this one are dropped with its column and built again.
    f"{INTERMEDIATE}/calls/int_call_sessions.sql": (
        "    calls.call_id,\n",
        "    calls.call_id,\n    calls.call_id as added,\n",
    ),
    f"{INTERMEDIATE}/clientsights/int_person_months.sql": (
        "    month,\n",
        "    month,\n    month as added,\n",
    ),
    f"{MARTS}/timeline/sessions.sql": (
        "    sessions.started_at,\n",
        "    sessions.started_at,\n    sessions.ended_at - sessions.started_at as added,\n",
    ),
    f"{MARTS}/timeline/_timeline__models.yml": (
        "      - {name: started_at, data_type: timestamptz",
        "      - {name: added, data_type: interval, description: Its length.}\n"
        "      - {name: started_at, data_type: timestamptz",
    ),
}
# A text becomes a time.
RETYPED_COLUMN = {
    f"{MARTS}/timeline/sessions.sql": (
        "    sessions.host_zoom_user_id,\n",
        "    sessions.ended_at as host_zoom_user_id,\n",
    ),
    f"{MARTS}/timeline/_timeline__models.yml": (
        "{name: host_zoom_user_id, data_type: text",
        "{name: host_zoom_user_id, data_type: timestamptz",
    ),
}
VIEWS_OF_OTHERS = """
    create schema reporting;
    create view reporting.topics as select session_id, topic from timeline.sessions;
    create view reporting.hosts as select host_zoom_user_id from timeline.sessions
"""
TYPE = """
    select data_type::text from information_schema.columns
    where (table_schema, table_name, column_name) = ('timeline', 'sessions', 'host_zoom_user_id')
"""
CHANGED_RULE = {f"{MARTS}/timeline/activities.sql": ("'Hosted '", "'Led '")}


def test_the_next_batch_fills_added_columns_and_applies_a_changed_rule_to_the_past(
    morning: Installation, tmp_path: Path
) -> None:
    before = state(morning)
    with updated(ADDED_COLUMNS | CHANGED_RULE, folder=tmp_path):
        morning.batch(now=FIRST_BATCH)
        for table in (
            "intermediate.int_presence",
            "intermediate.int_person_months",
            "timeline.sessions",
        ):
            assert morning.value(f"select count(*) from {table} where added is null") == 0  # noqa: S608
            assert morning.value(f"select count(*) > 0 from {table}")  # noqa: S608
        assert hosted(morning) == {"Led a scheduled meeting: Plans for spring"}
        assert rebuild(morning, check=True) == []
    # And back: the columns are removed and the rest is as before.
    morning.batch(now=FIRST_BATCH)
    assert state(morning) == before
    assert rebuild(morning, check=True) == []


def test_a_rebuild_right_after_an_update_reports_what_it_changed(
    morning: Installation, tmp_path: Path
) -> None:
    with updated(ADDED_COLUMNS | CHANGED_RULE, folder=tmp_path):
        assert rebuild(morning, check=True) != []
        said = rebuild(morning)
        assert "No rows changed." not in said
        assert hosted(morning) == {"Led a scheduled meeting: Plans for spring"}
        morning.batch(now=FIRST_BATCH)
        assert rebuild(morning, check=True) == []


def hosted(installation: Installation) -> set[str]:
    return {
        title
        for (title,) in installation.execute(
            "select title from timeline.activities where role = 'host'"
        )
    }


def rebuild(installation: Installation, *, check: bool = False) -> list[str]:
    """The lines it prints; with `check`, only those of tables that differ."""
    lines = installation.rebuild(check=check)
    return [line for line in lines if " only in the live table, " in line] if check else lines


def test_a_view_of_others_is_never_dropped_with_a_column(
    morning: Installation, tmp_path: Path
) -> None:
    """It would be lost without a message: no batch creates it again."""
    morning.execute(VIEWS_OF_OTHERS)
    before = state(morning)
    with updated(RETYPED_COLUMN, folder=tmp_path):
        assert any(line.startswith("timeline.sessions: ") for line in rebuild(morning, check=True))
        stopped = morning.batch(now=FIRST_BATCH, raise_on_error=False)
        assert (
            "The view reporting.hosts reads the column host_zoom_user_id of timeline.sessions, "
            "which this release removes or retypes. Drop the view, and create it again "
            "after the next batch"
        ) in failure_of(stopped)
        assert state(morning) == before
        morning.execute("drop view reporting.hosts")
        morning.batch(now=FIRST_BATCH)
        assert morning.value(TYPE) == "timestamp with time zone"
        assert morning.value("select bool_and(host_zoom_user_id = ended_at) from timeline.sessions")
        assert morning.value("select count(topic) > 0 from reporting.topics")
        assert rebuild(morning, check=True) == []
    morning.batch(now=FIRST_BATCH)
    assert state(morning) == before


def failure_of(batch: Any) -> str:
    return " ".join(
        str(event.event_specific_data.error) for event in batch.get_step_failure_events()
    )
