"""Any command of dbt, as typed: which it is, and running it with its own output and exit code."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

from integration.pipeline.dbt import project
from integration.pipeline.dbt.adjustments import parse_once_for_every_address
from integration.pipeline.dbt.parsed_project import parsed_project
from integration.settings import Settings, environment_with

PROGRAM = "worksights-zoom dbt"
DEV = "dev"
HELP = {"-h", "--help", "--version"}
WRITES = {"run", "build", "clone", "retry", "run-operation", "seed", "snapshot"}


@dataclass(frozen=True)
class Command:
    """A command of dbt. Its target is `dev` unless it names another one."""

    arguments: list[str]
    name: str
    target: str

    @property
    def writes(self) -> bool:
        return self.name in WRITES


def read_command(arguments: Sequence[str]) -> Command:
    """The command, read by dbt itself. Ends the process if it only asks for help, or is not one of
    dbt's commands.
    """
    from dbt.cli.flags import args_to_context

    if HELP & set(arguments):
        _let_dbt_answer(arguments)
    try:
        with environment_with(**_folders(), DBT_TARGET=DEV):
            context = args_to_context(list(arguments))
    except click.ClickException:
        _let_dbt_answer(arguments)
    # Before or after the command: `dbt --target live build`, `dbt build --target live`.
    levels = [context, *([context.parent] if context.parent else [])]
    targets = {str(level.params["target"]) for level in levels if level.params.get("target")}
    target = next(iter(targets - {DEV}), DEV)
    return Command([*arguments], str(context.info_name), target)


def invoke_command(
    command: Command, settings: Settings, *, database: str, defer_state: Path | None = None
) -> tuple[int, set[str]]:
    """Runs the command; returns dbt's exit code, and the unique ids of the nodes that were built.
    The environment must name the database, too. What is not built for the target is read where
    `defer_state` says.
    """
    from dbt.cli.main import dbtRunner

    parse_once_for_every_address()
    defer = {"DBT_DEFER": "true", "DBT_DEFER_STATE": str(defer_state)} if defer_state else {}
    with environment_with(**_options(command, settings, database), **defer):
        outcome = dbtRunner().invoke(command.arguments)
    results = getattr(outcome.result, "results", ()) if command.writes else ()
    built = {result.node.unique_id for result in results if result.status == "success"}
    if outcome.exception:
        return 2, built
    return 0 if outcome.success else 1, built


def _options(command: Command, settings: Settings, database: str) -> dict[str, str]:
    """Options of dbt as environment variables, so that those of the command override them."""
    work = settings.home / "dbt"
    parsed = parsed_project(project.FOLDER, work, target=command.target, database=database)
    paths: dict[str, Path] = {
        "DBT_TARGET_PATH": parsed,
        "DBT_LOG_PATH": work / "logs",
    }
    return {
        **_folders(),
        **{name: str(path) for name, path in paths.items()},
        "DBT_TARGET": command.target,
        "DEV_SCHEMA": settings.dev_schema,
        # Only the tests whose tables are selected, or are upstream of one that is.
        "DBT_INDIRECT_SELECTION": "buildable",
        # Postgres quotes the values of a rejected row, which no file should contain.
        "DBT_LOG_LEVEL_FILE": "none",
    }


def _folders() -> dict[str, str]:
    return {"DBT_PROJECT_DIR": str(project.FOLDER), "DBT_PROFILES_DIR": str(project.FOLDER)}


def _let_dbt_answer(arguments: Sequence[str]) -> NoReturn:
    from dbt.cli.main import cli

    cli.main([*arguments], prog_name=PROGRAM)
    raise SystemExit(2)
