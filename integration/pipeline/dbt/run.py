"""How dbt is run: inside this process, for whoever holds the writer's lock.

A `dbt` process for each batch would import dbt again and ask for its own version: 11 s of a batch
of 24.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from integration.database.address import libpq_environment
from integration.database.session import KNOWS_TRANSACTION_TIMEOUT
from integration.pipeline.dbt import project
from integration.pipeline.dbt.messages import first_line
from integration.pipeline.dbt.parsed_project import parsed_project
from integration.pipeline.dbt.signals import signals_end_dbt
from integration.pipeline.writer import backend_of, kept_alive
from integration.settings import Settings, environment_with

# What Dagster's translation reads, and what adds the message and the rows of each node.
LISTENED_TO = ("LogModelResult", "LogTestResult", "NodeFinished")


class DbtFailed(Exception):
    """dbt ended before its models did; the message holds no values of rows."""


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
            raise DbtFailed(f"dbt did not start: {first_line(str(self.error))}") from None


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
    target = parsed_project(project.FOLDER, work, schema_prefix=schema_prefix)
    with kept_alive(writer), environment_with(**server), signals_end_dbt(url) as signals:
        outcome: Any = dbtRunner(callbacks=[listen]).invoke(
            [
                *arguments,
                *_option("project-dir", project.FOLDER),
                *_option("profiles-dir", project.FOLDER),
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


def _option(name: str, value: str | Path) -> tuple[str, str]:
    return f"--{name}", str(value)


def _say(event: Any, log: Any) -> None:
    if event.info.name in ("LogModelResult", "LogTestResult"):
        node = event.data.node_info
        log.info(f"{node.node_name}: {event.data.status} in {event.data.execution_time:.2f} s")
