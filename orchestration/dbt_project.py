"""Where the dbt project is, how its assets are named, and how dbt is run: inside this process.

A `dbt` process for each batch would import dbt again and ask for its own version: 11 s of a batch
of 24.
"""

import hashlib
import json
import re
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from integration.database.address import libpq_environment
from integration.database.postgres import connect
from integration.database.session import KNOWS_TRANSACTION_TIMEOUT
from integration.pipeline.writer import backend_of, kept_alive
from integration.settings import PROJECT, Settings, environment_with
from orchestration.parsed_project import parsed_project

dbt_project = DbtProject(project_dir=PROJECT / "dbt_project", profiles_dir=PROJECT / "dbt_project")
dbt_project.prepare_if_dev()
MARTS = ("timeline", "clientsights", "operations")
ALL_TABLES = "config.materialized:incremental"  # as dbt selects them

# Users are imported every 6 hours, so even a quiet installation derives its tables that often.
# Views show their tables as they are now: nothing is asked of them.
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=13), warn_window=timedelta(hours=7)
)


class Translator(DagsterDbtTranslator):
    """Assets are named as their tables are, and grouped by schema."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id, {})  # of a source there is none
        is_table = node.get("config", {}).get("materialized", "view") != "view"
        return spec.replace_attributes(
            group_name=spec.key.path[0],
            kinds={"dbt", "postgres"},
            owners=["team:data-platform"],
            freshness_policy=FRESHNESS if is_table and spec.key.path[0] in MARTS else None,
        )


SECONDS_TO_END = 5  # Postgres needs a moment to end a session
# What Dagster's translation reads, and what adds the message and the rows of each node.
LISTENED_TO = ("LogModelResult", "LogTestResult", "NodeFinished")
# Postgres puts the value that it could not read, which may be personal, into some messages.
_VALUE = re.compile(r'(?<=: )".*|(?<=value )".*"(?= is out of range)|(?<=time zone )".*"')


@dataclass(frozen=True)
class DbtRun:
    """What a dbt command did, as far as it came: each node's messages in dbt's structured form, and
    dbt's own results, of which there are none when it was ended early by `error`.
    """

    messages: Sequence[dict[str, Any]]
    results: Sequence[Any]
    error: BaseException | None
    is_cancelled: bool

    def raise_error(self) -> None:
        """Raises what ended dbt early, if something did; its causes may hold values of rows."""
        if self.is_cancelled:
            raise KeyboardInterrupt("Cancelled while dbt was running.") from None
        if self.error:
            raise dg.Failure(f"dbt did not start: {first_line(str(self.error))}") from None


def run_dbt(
    arguments: list[str],
    *,
    settings: Settings,
    url: str,
    log: Any,
    writer: psycopg.Connection,
    schema_prefix: str = "",
) -> Sequence[Any]:
    """Runs a dbt command to its end: its node results in the order in which they ran."""
    run = invoke_dbt(
        arguments,
        settings=settings,
        url=url,
        log=log,
        writer=writer,
        schema_prefix=schema_prefix,
    )
    run.raise_error()
    return run.results


def invoke_dbt(
    arguments: list[str],
    *,
    settings: Settings,
    url: str,
    log: Any,
    writer: psycopg.Connection,
    statement_seconds: int | None = None,
    schema_prefix: str = "",
) -> DbtRun:
    """Runs a dbt command, to its end or to a signal, or until `writer`, which holds the writer's
    lock, is lost; no statement lasts longer than `statement_seconds`. With a `schema_prefix` the
    tables lie in schemas that begin with it.
    """
    from dbt.cli.main import dbtRunner  # 3.5 s of imports, which a sensor's tick must not pay
    from dbt_common.events.functions import msg_to_dict

    messages: list[dict[str, Any]] = []

    def listen(event: Any) -> None:
        if event.info.name in LISTENED_TO:
            messages.append(msg_to_dict(event))
        _say(event, log)

    session = {
        "pipeline.writer": backend_of(writer),  # each model asks whether it is still there
        "client_connection_check_interval": "10s",  # a statement does not outlive its process long
    }
    if writer.info.server_version >= KNOWS_TRANSACTION_TIMEOUT:
        session["transaction_timeout"] = "0"
    if statement_seconds:
        session["statement_timeout"] = f"{statement_seconds}s"
    server = libpq_environment(url, folder=settings.home, **session)
    work = settings.home / "dbt"
    target = parsed_project(dbt_project.project_dir, work, schema_prefix=schema_prefix)
    with kept_alive(writer), environment_with(**server), _signals_end_dbt(url) as signals:
        outcome: Any = dbtRunner(callbacks=[listen]).invoke(
            [
                *arguments,
                *_option("project-dir", dbt_project.project_dir),
                *_option("profiles-dir", dbt_project.profiles_dir),
                *_option("target-path", target),
                *_option("vars", json.dumps({"schema_prefix": schema_prefix})),
                *_option("log-path", work / "logs"),
                "--quiet",
                # Postgres repeats the values of a row that it refuses, and dbt would print them.
                *("--log-level", "none", "--log-level-file", "none"),
                "--no-write-json",
            ]
        )
    results = () if outcome.exception else outcome.result.results
    return DbtRun(messages, results, outcome.exception, is_cancelled=bool(signals))


def models_of(manifest: dict[str, Any]) -> set[str]:
    """Every model, by dbt's unique id."""
    return {node for node, props in manifest["nodes"].items() if props["resource_type"] == "model"}


def views_of(manifest: dict[str, Any]) -> set[str]:
    """The models that are views."""
    return {
        node
        for node in models_of(manifest)
        if manifest["nodes"][node]["config"]["materialized"] == "view"
    }


def relations_of(manifest: dict[str, Any], models: Iterable[str]) -> list[str]:
    """Their names in the database, schema.name."""
    nodes = [manifest["nodes"][model] for model in models]
    return [f"{node['schema']}.{node['name']}" for node in nodes]


def with_views_above(manifest: dict[str, Any], nodes: Iterable[str]) -> set[str]:
    """The nodes, and the views that read a view among them: replacing a view drops those."""
    views, wanted = views_of(manifest), set(nodes)
    for view in parents_first(manifest, views):
        if views & wanted & set(manifest["parent_map"][view]):
            wanted.add(view)
    return wanted


def parents_first(manifest: dict[str, Any], nodes: Iterable[str]) -> list[str]:
    """The nodes, each after those of them that it reads, directly or through others."""
    chosen = set(nodes)
    order = TopologicalSorter(manifest["parent_map"]).static_order()
    return [node for node in order if node in chosen]


def fingerprint_of_views(manifest: dict[str, Any]) -> str:
    """Changes when a view may have changed: a batch leaves views alone that are as they were.

    Replacing a view drops those that stand on it for a moment, and costs 0.05 s each.
    """
    code = [manifest["nodes"][node]["raw_code"] for node in sorted(views_of(manifest))]
    macros = [
        props["macro_sql"]
        for name, props in sorted(manifest["macros"].items())
        if name.startswith("macro.worksights_zoom.")
    ]
    return hashlib.sha256("\n".join(code + macros).encode()).hexdigest()


def first_line(message: str | None) -> str:
    """An error without its details and values: Postgres names those of a row that it refuses."""
    lines = [_VALUE.sub('"…"', line.strip()) for line in (message or "").splitlines()]
    return " ".join([line for line in lines if line][:2])


def _option(name: str, value: str | Path) -> tuple[str, str]:
    return f"--{name}", str(value)


@contextmanager
def _signals_end_dbt(url: str) -> Iterator[list[int]]:
    """A signal ends dbt's statements on the server, and then dbt as Ctrl-C does; gives the signals
    that came. Dagster's own exception would leave the statements running.
    """
    received: list[int] = []

    def end(number: int, _frame: object) -> None:
        received.append(number)
        _end_statements(url)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    former = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)


def _end_statements(url: str) -> None:
    """Ends the sessions of dbt's threads. dbt may not: it acts in the role `pipeline`, and its
    sessions are those of the login.
    """
    from dbt.adapters.factory import FACTORY

    sessions = []
    for adapter in FACTORY.adapters.values():
        own = adapter.connections.get_if_exists()
        for each in adapter.connections.thread_connections.values():
            if each is not own and each.state == "open":
                sessions.append(each.handle.get_backend_pid())
    with connect(url, autocommit=True) as connection:
        for pid in sessions:
            connection.execute("select pg_terminate_backend(%s, %s)", [pid, SECONDS_TO_END * 1000])


def _say(event: Any, log: Any) -> None:
    if event.info.name in ("LogModelResult", "LogTestResult"):
        node = event.data.node_info
        log.info(f"{node.node_name}: {event.data.status} in {event.data.execution_time:.2f} s")
