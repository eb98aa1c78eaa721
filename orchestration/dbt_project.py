"""Where the dbt project is, how its assets are named, and how dbt is run: inside this process.

A `dbt` process for each batch would import dbt again and ask for its own version: 11 s of a batch
of 24.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from integration.settings import PROJECT, Settings, set_environment
from integration.store.postgres import libpq_environment

dbt_project = DbtProject(project_dir=PROJECT / "dbt_project", profiles_dir=PROJECT / "dbt_project")
dbt_project.prepare_if_dev()
MARTS = ("timeline", "clientsights", "operations")

# Users are imported every 6 hours, so even a quiet installation derives its tables that often.
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=13), warn_window=timedelta(hours=7)
)


class Translator(DagsterDbtTranslator):
    """Assets are named as their tables are, and grouped by schema."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(
            group_name=spec.key.path[0],
            kinds={"dbt", "postgres"},
            owners=["team:data-platform"],
            freshness_policy=FRESHNESS if spec.key.path[0] in MARTS else None,
        )


def run_dbt(arguments: list[str], *, settings: Settings, url: str, log: Any) -> Iterator[Any]:
    """Runs a dbt command and yields its node results in the order in which they ran."""
    from dbt.cli.main import dbtRunner  # 3.5 s of imports, which a sensor's tick must not pay

    set_environment(libpq_environment(url))
    work = settings.home / "dbt"
    outcome = dbtRunner(callbacks=[lambda event: _say(event, log)]).invoke(
        [
            *arguments,
            *_option("project-dir", dbt_project.project_dir),
            *_option("profiles-dir", dbt_project.profiles_dir),
            *_option("target-path", work / "target"),
            *_option("log-path", work / "logs"),
            "--quiet",
            # Postgres repeats the values of a row that it refuses, and dbt would print them.
            *("--log-level", "none", "--log-level-file", "none"),
            "--no-write-json",
        ]
    )
    if outcome.exception:
        raise dg.Failure(
            f"dbt did not start: {first_line(str(outcome.exception))}"
        ) from outcome.exception
    yield from outcome.result.results


def first_line(message: str | None) -> str:
    """An error without its details: Postgres names the row's values in them."""
    lines = [line.strip() for line in (message or "").splitlines() if line.strip()]
    return " ".join(lines[:2])


def _option(name: str, path: str | Path) -> tuple[str, str]:
    return f"--{name}", str(path)


def _say(event: Any, log: Any) -> None:
    if event.info.name in ("LogModelResult", "LogTestResult"):
        node = event.data.node_info
        log.info(f"{node.node_name}: {event.data.status} in {event.data.execution_time:.2f} s")
