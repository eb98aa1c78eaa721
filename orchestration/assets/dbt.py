"""The dbt models: staging, intermediate and marts."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import dagster as dg
import psycopg
from dagster_dbt import build_dbt_asset_selection, build_dbt_asset_specs, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from integration.pipeline.dbt.derived_with import rows_written
from integration.pipeline.dbt.messages import first_line
from integration.pipeline.dbt.models import (
    ALL_TABLES,
    FACTS,
    models_of,
    parents_first,
    views_of,
    with_views_above,
)
from integration.pipeline.dbt.run import DbtFailed, DbtRun, invoke_dbt
from integration.pipeline.derive import start_derivation
from integration.pipeline.failing_rows import FailingRows, failing_rows
from integration.pipeline.status import Delay, delay_of_batch, landed_batch, outcomes_of_batch
from integration.quantities import quantity
from orchestration.dbt_project import Translator, dbt_project
from orchestration.markdown import table
from orchestration.resources import BATCH_JOB, BatchInProgress, Installation

UNIQUE_ID = "dagster_dbt/unique_id"
TRANSLATOR = Translator()


# Views that the asset of the settings reads and, after an update, creates: they have no step.
facts = build_dbt_asset_specs(
    manifest=dbt_project.manifest_path,
    project=dbt_project,
    dagster_dbt_translator=TRANSLATOR,
    select=FACTS,
)


@dbt_assets(
    manifest=dbt_project.manifest_path,
    project=dbt_project,
    dagster_dbt_translator=TRANSLATOR,
    name="dbt_models",
    exclude=FACTS,
)
def dbt_models(
    context: dg.AssetExecutionContext,
    batch_in_progress: BatchInProgress,
    installation: Installation,
) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
    connection = batch_in_progress.connection
    derivation = start_derivation(connection)
    context.log.info(
        "Tables re-derived because their code, or that of a table they read, has changed: "
        f"{len(derivation.stale)}."
    )
    manifest = derivation.manifest
    selected, views = _selected(context), views_of(manifest)
    # zoom_batch skips unchanged views and does not report them, which would take 0.04 s each. Other
    # runs build all views that they select.
    is_batch = context.run.job_name == BATCH_JOB and models_of(manifest) <= selected.keys()
    unchanged = views if is_batch and derivation.views_are_built() else set()
    wanted = with_views_above(manifest, selected.keys() - unchanged)
    run = invoke_dbt(
        [
            "build",
            "--indirect-selection",
            "empty",
            "--exclude-resource-type",
            "unit_test",
            "--select",
            *_criteria(manifest, wanted),
        ],
        settings=installation.settings(),
        url=installation.database_url(),
        log=context.log,
        writer=connection,
        statement_seconds=batch_in_progress.limit_seconds,
    )
    report = Report(run, connection)
    for node in parents_first(manifest, wanted):  # the order that Dagster requires
        if node in report.built - selected.keys():
            context.log_event(_built_along(context, node))
            continue
        for message in report.messages(node):
            translated = DbtCoreCliEventMessage(message, {})
            for event in translated.to_default_asset_events(
                manifest, TRANSLATOR, context, project=dbt_project
            ):
                # Other types are returned only in the context of an op.
                asset_event = cast("dg.Output[Any] | dg.AssetCheckResult", event)
                yield report.completed(asset_event, message["data"])
    try:
        run.raise_error()
    except DbtFailed as failure:
        raise dg.Failure(str(failure)) from None
    if views <= report.built:
        derivation.record_views()
    derivation.finish()
    report.raise_failures()


# A separate nightly job tests whole tables. A batch tests only affected sessions.
nightly_checks = build_dbt_asset_selection([dbt_models], dbt_select="tag:nightly")


class Report:
    """Adds our metadata and failures to dagster-dbt's translation of a dbt run's messages."""

    def __init__(self, run: DbtRun, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._results = {result.node.unique_id: result for result in run.results}
        self._ended = {
            _node_of(message): message["data"]["run_result"]
            for message in run.messages
            if message["info"]["name"] == "NodeFinished"
        }
        self._messages = run.messages
        self._wrong: dict[str, list[FailingRows]] = {}
        self.built = {node for node, end in self._ended.items() if end["status"] == "success"}

    def messages(self, node: str) -> list[dict[str, Any]]:
        """dbt's messages about the node."""
        return [each for each in self._messages if _node_of(each) == node]

    @property
    def failures(self) -> list[str]:
        """Sentences about models that were not derived and tests that found rows."""
        return [
            f"{result.node.name}: {self._failure(result)}"
            for result in self._results.values()
            if result.status in ("error", "fail", "runtime error", "partial success")
        ]

    def raise_failures(self) -> None:
        failures = self.failures
        if failures:
            skipped = [r.node.name for r in self._results.values() if r.status == "skipped"]
            left_out = f" Skipped as a result: {', '.join(skipped)}." if skipped else ""
            raise dg.Failure(
                f"dbt failed for {len(failures)} of "
                f"{quantity(len(self._results), 'model or test', 'models and tests')}. "
                f"{'; '.join(failures)}.{left_out}"
            )

    def completed(
        self, event: dg.Output[Any] | dg.AssetCheckResult, data: Mapping[str, Any]
    ) -> dg.Output[Any] | dg.AssetCheckResult:
        """The event, with our own metadata."""
        node = data["node_info"]["unique_id"]
        if isinstance(event, dg.AssetCheckResult):
            return self._check(event, node)
        seconds = round(data["execution_time"], 2)
        return event.with_metadata(
            {
                **event.metadata,
                "seconds": seconds,
                **self._rows_written(data["node_info"]),
                **_facts_of_batch(data["node_info"]["node_name"], self._connection),
            }
        )

    def _check(self, event: dg.AssetCheckResult, node: str) -> dg.AssetCheckResult:
        if event.passed:
            return event
        message = first_line(self._ended.get(node, {}).get("message"))
        wrong = self._rows_found(node)
        metadata = {"what_is_wrong": _table(wrong)} if wrong else {}
        return event._replace(
            description=_in_words(wrong) if wrong else message,
            metadata={**event.metadata, **metadata},
        )

    def _rows_found(self, node: str) -> list[FailingRows]:
        """The rows that a test found; none when the test itself failed."""
        result = self._results.get(node)
        if node not in self._wrong and result and result.status in ("fail", "warn"):
            try:
                self._wrong[node] = failing_rows(self._connection, result.node.compiled_code)
            except psycopg.Error:
                self._wrong[node] = []  # the check still fails, with its count
        return self._wrong.get(node, [])

    def _failure(self, result: Any) -> str:
        wrong = self._rows_found(result.node.unique_id)
        return _in_words(wrong) if wrong else first_line(result.message)

    def _rows_written(self, node_info: Mapping[str, Any]) -> dict[str, int]:
        """Rows inserted into and deleted from a table; a row that differed counts twice."""
        relation = node_info["node_relation"]
        name = f"{relation['schema']}.{relation['alias']}"
        written = rows_written(self._connection, [name])
        return {"rows_written": written[name]} if name in written else {}


def _selected(context: dg.AssetExecutionContext) -> dict[str, dg.AssetKey]:
    """The models and tests of this run: dbt's unique id -> the key of the asset, or of the check's
    asset.
    """
    definition = context.assets_def
    return {
        definition.specs_by_key[key].metadata[UNIQUE_ID]: key for key in context.selected_asset_keys
    } | {
        spec.metadata[UNIQUE_ID]: spec.key.asset_key
        for spec in definition.check_specs
        if spec.key in context.selected_asset_check_keys
    }


def _node_of(message: Mapping[str, Any]) -> str:
    return str(message["data"]["node_info"]["unique_id"])


def _criteria(manifest: dict[str, Any], nodes: set[str]) -> list[str]:
    """As few selection criteria as possible: dbt compares each with all nodes, three times."""
    tables = models_of(manifest) - views_of(manifest)
    all_tables = [ALL_TABLES] if tables <= nodes else []
    others = sorted(nodes - tables if all_tables else nodes)
    return all_tables + [f"fqn:{'.'.join(manifest['nodes'][node]['fqn'])}" for node in others]


def _built_along(context: dg.AssetExecutionContext, view: str) -> dg.AssetMaterialization:
    keys = {spec.metadata[UNIQUE_ID]: spec.key for spec in context.assets_def.specs}
    status = "rebuilt because a view that it reads was rebuilt"
    return dg.AssetMaterialization(keys[view], metadata={"status": status})


def _in_words(wrong: list[FailingRows]) -> str:
    return "; ".join(f"{quantity(one.rows, 'row')}: {one.what_is_wrong}" for one in wrong)


def _table(wrong: list[FailingRows]) -> dg.MarkdownMetadataValue:
    return table(
        ["problem", "rows", "example"],
        [(one.what_is_wrong, one.rows, "<br>".join(one.examples)) for one in wrong],
    )


def _facts_of_batch(model: str, connection: psycopg.Connection) -> dict[str, Any]:
    batch = landed_batch(connection) if model in ("activities", "outcomes") else None
    if batch is None:
        return {}
    if model == "activities":
        delay = delay_of_batch(connection, batch)
        return {"minutes_from_arrival_to_entry": _delays(delay)}
    counts = outcomes_of_batch(connection, batch)
    return {"outcomes": table(["outcome", "participants in affected sessions"], counts)}


def _delays(delay: Delay | None) -> dg.MetadataValue[Any]:
    if delay is None or delay.median is None or delay.longest is None:
        return dg.MetadataValue.text("no entries written")
    median, longest = delay.median.total_seconds() / 60, delay.longest.total_seconds() / 60
    return table(
        ["entries written", "median", "longest"],
        [(delay.entries, f"{median:.0f} min", f"{longest:.0f} min")],
    )
