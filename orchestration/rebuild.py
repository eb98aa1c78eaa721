"""`python -m orchestration.rebuild [--check]`: derives every table again, beside the live ones, and
takes over what differs.

Readers see the old tables until the difference is written in one transaction.
"""

import json
import logging
import sys

from integration.settings import Settings, read_settings
from integration.store.batches import only_writer
from integration.store.postgres import database_url
from integration.store.rebuild import Difference, Table, drop_rebuilt, find_difference, take_over
from orchestration.dbt_project import dbt_project, first_line, run_dbt

PREFIX = "rebuild_"
log = logging.getLogger("rebuild")


def rebuild(*, check: bool) -> bool:
    """Prints what differs per table; takes it over unless `check`. False when dbt failed."""
    settings = read_settings()
    url = database_url(settings)
    with only_writer(
        url, on_wait=lambda: say("Waiting for the batch that is running…")
    ) as connection:
        drop_rebuilt(connection, PREFIX)
        say("Deriving every table again, beside the live ones…")
        failed = _derive(settings, url)
        if failed:
            say("\n".join(failed))
            return False
        tables = tables_of_batches()
        differences = [find_difference(connection, table, PREFIX) for table in tables]
        for difference in differences:
            say(_in_words(difference))
        if not check:
            take_over(connection, tables, PREFIX)
            say(
                f"{sum(d.rows for d in differences)} rows were changed."
                if any(d.rows for d in differences)
                else "Nothing changed."
            )
        drop_rebuilt(connection, PREFIX)
    return True


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _derive(settings: Settings, url: str) -> list[str]:
    results = run_dbt(
        ["run", "--full-refresh", "--vars", json.dumps({"schema_prefix": PREFIX})],
        settings=settings,
        url=url,
        log=log,
    )
    return [
        f"{r.node.name}: {first_line(r.message)}"
        for r in results
        if r.status not in ("success", "skipped")
    ]


def tables_of_batches() -> list[Table]:
    """The tables that keep state from batch to batch, parents first."""
    manifest = json.loads(dbt_project.manifest_path.read_text())
    return [
        Table(
            schema=node["schema"],
            name=node["name"],
            keys=tuple(node["config"]["unique_key"]),
            stamps=tuple(node["config"]["meta"].get("stamps", ())),
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
        and node["config"]["unique_key"]
    ]


def _in_words(difference: Difference) -> str:
    name = f"{difference.table.schema}.{difference.table.name}"
    if not difference.rows:
        return f"{name}: the same"
    sample = f" (for example {difference.sample})" if difference.sample else ""
    return f"{name}: {difference.only_live} rows go, {difference.only_rebuilt} come{sample}"


if __name__ == "__main__":
    sys.exit(0 if rebuild(check="--check" in sys.argv[1:]) else 1)
