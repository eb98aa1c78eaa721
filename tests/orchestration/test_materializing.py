"""Whatever someone selects in Dagster is materialized or reported as failed. Nothing is skipped
silently.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.world import World
from tests.dagster_in_memory import dagster_in_memory
from tests.pipeline.broken_table import BREAK, REPAIR
from tests.pipeline.events import Person, Session, user_event
from tests.pipeline.installation import Installation, definitions, new_installation

ACCOUNT = "MaterializedAccount000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = START + timedelta(days=1)
ANN = Person("Ann", "zu-ann", "ann@firm.com")
CLEO = Person("Cleo Client", email="cleo@client.com")
RANDOM_SUBSETS = 5
A_VIEW = [["clientsights", "relationships"]]
A_MART = [["timeline", "activities"]]


@pytest.fixture(scope="module")
def batched(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    """An installation that has run a batch, with one meeting of a colleague and a client."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
        known = {"zoom_user_id": "zu-ann", "email": ANN.email}
        installation.deliver(user_event("created", ACCOUNT, START, **known), at=START)
        session = Session(ACCOUNT, "uuid-1", "zu-ann", START, START + timedelta(hours=1))
        installation.deliver(*session.whole([ANN, CLEO]), at=NOW)
        installation.batch(now=NOW)
        yield installation


def everything() -> list[list[str]]:
    """What "Materialize all" selects."""
    return sorted(
        list(spec.key.path)
        for spec in definitions().resolve_all_asset_specs()
        if is_materializable(spec.key)
    )


def is_materializable(key: Any) -> bool:
    return definitions().resolve_asset_graph().get(key).is_materializable


def group(name: str) -> list[list[str]]:
    return [key for key in everything() if key[0] == name]


def random_subset(seed: int) -> list[list[str]]:
    """Dagster requires the other assets of a step that materializes several at once."""
    drawn = random.Random(seed)  # noqa: S311 - drawn for a test
    keys = everything()
    chosen = drawn.sample(keys, drawn.randint(1, len(keys) - 1))
    steps = [one for one in definitions().assets if getattr(one, "keys", None)]
    together = [one.keys for one in steps if not one.can_subset]
    for step in together:
        if any(list(key.path) in chosen for key in step):
            chosen += [list(key.path) for key in step if list(key.path) not in chosen]
    return chosen


def materialize(selection: Sequence[list[str]], **options: Any) -> Any:
    """Like the button: runs the implicit job of all assets, without a given time."""
    import dagster as dg

    job = definitions().resolve_implicit_global_asset_job_def()
    with dagster_in_memory() as instance:
        return job.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(key) for key in selection],
            **options,
        )


def materialized(result: Any) -> list[list[str]]:
    return sorted(list(event.asset_key.path) for event in result.get_asset_materialization_events())


def reason_of(failed: Any) -> str:
    (event,) = [event for event in failed.all_events if event.is_step_failure]
    error = event.step_failure_data.error
    return (error.cause or error).message


SELECTIONS = {
    "the group staging": lambda: group("staging"),
    "one mart": lambda: A_MART,
    "everything": everything,
    **{f"subset {n}": lambda n=n: random_subset(n) for n in range(RANDOM_SUBSETS)},
}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_every_selected_asset_is_materialized(selection: str, batched: Installation) -> None:  # noqa: ARG001 - its environment
    selected = SELECTIONS[selection]()
    result = materialize(selected)
    assert result.success
    assert [key for key in sorted(selected) if key not in materialized(result)] == []
    assert all(check.passed for check in result.get_asset_check_evaluations())


def test_a_view_that_is_selected_is_built(batched: Installation) -> None:
    batched.execute("drop view clientsights.relationships")
    result = materialize(A_VIEW)
    assert (result.success, materialized(result)) == (True, A_VIEW)
    assert all(check.passed for check in result.get_asset_check_evaluations())
    assert batched.value("select count(*) from clientsights.relationships") == 1


def test_views_that_read_a_view_are_built_with_it(batched: Installation) -> None:
    """Replacing a view drops the views that read it, and no later batch would create them again."""
    count = "select count(*) from pg_views where schemaname in ('staging', 'clientsights')"
    before = batched.value(count)
    result = materialize([["staging", "stg_pipeline__settings"]])
    assert batched.value(count) == before
    assert ["intermediate", "int_sessions_touched_by_settings"] in materialized(result)
    assert batched.batch(now=NOW + timedelta(minutes=10)).success


def test_a_batch_creates_a_dropped_view_and_a_dropped_fact_again(batched: Installation) -> None:
    batched.execute("drop view clientsights.relationships")
    # And current_settings, which reads it.
    batched.execute("drop view facts.manual_mappings cascade")
    assert batched.batch(now=NOW + timedelta(minutes=15)).success
    assert batched.value("select count(*) from clientsights.relationships") == 1
    assert batched.value("select count(*) from facts.current_settings") > 0


def test_a_batch_does_not_replace_unchanged_views_and_has_the_metadata_of_the_product(
    batched: Installation,
) -> None:
    views = """
        select array_agg(oid order by relname) from pg_class
        where relname in ('relationships', 'current_settings') and relkind = 'v'
    """
    oids = batched.value(views)
    result = batched.batch(now=NOW + timedelta(minutes=20))
    assert (len(oids), batched.value(views)) == (2, oids)
    built = materialized(result)
    assert ["timeline", "sessions"] in built
    assert ["clientsights", "relationships"] not in built
    metadata_of = {
        "/".join(event.asset_key.path): set(event.materialization.metadata)
        for event in result.get_asset_materialization_events()
    }
    assert {"seconds", "rows_written"} <= metadata_of["timeline/sessions"]
    assert {"seconds", "minutes_from_arrival_to_entry"} <= metadata_of["timeline/activities"]
    assert {"seconds", "outcomes"} <= metadata_of["operations/outcomes"]


def test_a_failed_model_is_named_and_later_models_are_neither_built_nor_checked(
    batched: Installation,
) -> None:
    batched.execute("delete from operations.outcomes")
    batched.execute(BREAK)
    batched.execute("update pipeline.progress set batch = -1")
    try:
        failed = batched.batch(now=NOW + timedelta(hours=1), raise_on_error=False)
    finally:
        batched.execute(REPAIR)
    unfinished = batched.value("select count(*) from pipeline.batches where finished_at is null")
    built = materialized(failed)
    reason = reason_of(failed)
    checked = {check.check_name for check in failed.get_asset_check_evaluations()}
    batched.batch(now=NOW + timedelta(hours=2))

    assert not failed.success
    assert "outcomes: Database Error in model outcomes" in reason
    assert 'relation "operations.not_there" does not exist' in reason
    assert "Failing row" not in reason
    assert ["operations", "outcomes"] not in built
    assert ["timeline", "sessions"] in built
    assert "outcomes_are_participants_and_those_outside" not in checked
    assert unfinished == 1


def test_the_flags_of_dbt_do_not_pile_up_in_a_process(batched: Installation) -> None:
    from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS

    flags = []
    for minutes in (50, 55):
        assert batched.batch(now=NOW + timedelta(hours=2, minutes=minutes)).success
        flags.append([flag["name"] for flag in DEFAULT_BASE_BEHAVIOR_FLAGS])
    assert flags[0] == flags[1]


def test_dbt_searches_no_modules_and_prepares_for_no_sentences(
    batched: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    import parsedatetime

    monkeypatch.setattr("dbt_common.behavior_flags.inspect", None)
    assert batched.batch(now=NOW + timedelta(hours=3)).success
    assert parsedatetime.Constants.cache_info().currsize == 1


def test_only_tables_that_a_batch_derives_have_a_freshness_policy() -> None:
    from orchestration.dbt_project import MARTS

    with_policy = {
        "/".join(spec.key.path)
        for spec in definitions().resolve_all_asset_specs()
        if spec.freshness_policy
    }
    views = {"clientsights/relationships", "operations/deliveries", "clientsights/interactions"}
    assert {"timeline/sessions", "clientsights/people", "operations/outcomes"} <= with_policy
    assert with_policy & views == set()
    assert {name.partition("/")[0] for name in with_policy} == set(MARTS)
