"""Runs dbt inside this process, for the holder of the writer's lock.

A `dbt` process for each batch would import dbt again and look up its own version, which took 11 s
of a batch of 24 s.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from integration.database.address import libpq_environment
from integration.database.session import KNOWS_TRANSACTION_TIMEOUT
from integration.pipeline.dbt import project
from integration.pipeline.dbt.adjustments import (
    forget_flags_of_earlier_runs,
    parse_once_for_every_address,
    use_one_session,
    without_unread_messages,
    without_unused_searches,
)
from integration.pipeline.dbt.messages import first_line
from integration.pipeline.dbt.parsed_project import parsed_project
from integration.pipeline.dbt.signals import stop_dbt_on_signal
from integration.pipeline.writer import backend_of, kept_alive
from integration.settings import Settings, environment_with

# The events that Dagster's translation reads, and those with each node's message and rows.
COLLECTED_EVENTS = ("LogModelResult", "LogTestResult", "NodeFinished")


class DbtFailed(Exception):
    """dbt ended before its models did; the message contains no row values."""


@dataclass(frozen=True)
class DbtRun:
    """The result of a dbt command: each node's messages in dbt's structured form, and dbt's own
    results, which are empty if `error` ended it early.
    """

    messages: Sequence[dict[str, Any]]
    results: Sequence[Any]
    error: BaseException | None
    is_cancelled: bool

    def raise_error(self) -> None:
        """Raises an error if dbt ended early, without its cause, which may contain row values."""
        if self.is_cancelled:
            raise KeyboardInterrupt("Canceled while dbt was running.") from None
        if self.error:
            raise DbtFailed(
                f"dbt stopped before it finished: {first_line(str(self.error))}"
            ) from None


def run_dbt(
    arguments: list[str],
    *,
    settings: Settings,
    url: str,
    log: Any,
    writer: psycopg.Connection,
    target: str = project.LIVE,
) -> Sequence[Any]:
    """Runs a dbt command to its end; returns its node results in the order in which they ran."""
    run = invoke_dbt(
        arguments,
        settings=settings,
        url=url,
        log=log,
        writer=writer,
        target=target,
    )
    run.raise_error()
    return run.results


def failures_of(results: Sequence[Any]) -> list[str]:
    """What failed, each with the first line of its error; not what was skipped as a result."""
    return [
        f"{each.node.name}: {first_line(each.message)}"
        for each in results
        if each.status not in ("success", "skipped")
    ]


def invoke_dbt(
    arguments: list[str],
    *,
    settings: Settings,
    url: str,
    log: Any,
    writer: psycopg.Connection,
    statement_seconds: int | None = None,
    target: str = project.LIVE,
) -> DbtRun:
    """Runs a dbt command until it ends, a signal arrives, or `writer`, which holds the writer's
    lock, is lost. No statement takes longer than `statement_seconds`. `target` is one of
    profiles.yml.
    """
    from dbt.cli.main import dbtRunner  # takes 3.5 s, which a sensor's tick must not spend
    from dbt_common.events.functions import msg_to_dict

    messages: list[dict[str, Any]] = []

    def listen(event: Any) -> None:
        if event.info.name in COLLECTED_EVENTS:
            messages.append(msg_to_dict(event))
        _log_result(event, log)

    limit = {"statement_timeout": f"{statement_seconds}s"} if statement_seconds else {}
    session = {**session_of_writer(writer), **limit}
    work = settings.home / "dbt"
    database = writer.info.dbname
    parsed = parsed_project(project.FOLDER, work, target=target, database=database)
    forget_flags_of_earlier_runs()
    parse_once_for_every_address()
    use_one_session()
    without_unread_messages(COLLECTED_EVENTS)
    without_unused_searches()
    with kept_alive(writer), connected_dbt(writer, settings, url, **session) as signals:
        outcome: Any = dbtRunner(callbacks=[listen]).invoke(
            [
                *arguments,
                *_option("project-dir", project.FOLDER),
                *_option("profiles-dir", project.FOLDER),
                *_option("target", target),
                *_option("target-path", parsed),
                *_option("log-path", work / "logs"),
                "--quiet",
                # Postgres quotes the values of a rejected row, and dbt would print them.
                *("--log-level", "none", "--log-level-file", "none"),
                "--no-write-json",
            ]
        )
    results = () if outcome.exception else outcome.result.results
    return DbtRun(messages, results, outcome.exception, is_cancelled=bool(signals))


def session_of_writer(writer: psycopg.Connection) -> dict[str, str]:
    """The settings of dbt's sessions with which each model checks that `writer` still exists."""
    return {"pipeline.writer": backend_of(writer)}


@contextmanager
def connected_dbt(
    connection: psycopg.Connection, settings: Settings, url: str, **session: str
) -> Iterator[list[int]]:
    """In the block, dbt uses the database of `connection`, at `url`, with these session settings.
    Yields the list of received signals, each of which ends dbt.
    """
    session = {
        "client_connection_check_interval": "10s",  # stops statements soon after their process
        **session,
    }
    if connection.info.server_version >= KNOWS_TRANSACTION_TIMEOUT:
        session["transaction_timeout"] = "0"
    server = libpq_environment(url, folder=settings.home, **session)
    with environment_with(**server), stop_dbt_on_signal(url) as signals:
        yield signals


def _option(name: str, value: str | Path) -> tuple[str, str]:
    return f"--{name}", str(value)


def _log_result(event: Any, log: Any) -> None:
    if event.info.name in ("LogModelResult", "LogTestResult"):
        node = event.data.node_info
        log.info(f"{node.node_name}: {event.data.status} in {event.data.execution_time:.2f} s")
