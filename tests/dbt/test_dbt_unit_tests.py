"""Runs the dbt unit tests of the contract's rules, on a database that has been migrated and built
once.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from integration.database.postgres import connect

RunDbt = Callable[..., subprocess.CompletedProcess[str]]

# Fewer means that a file of tests was lost. Increase it with each new unit test.
AT_LEAST = 223


def test_every_rule_holds_and_every_column_is_described(
    database_url: str, run_dbt: RunDbt, manifest: dict[str, Any], target_path: Path
) -> None:
    """One test, because building the tables takes longer than all checks on them."""
    built = run_dbt("run", "--quiet", url=database_url)
    assert built.returncode == 0, built.stdout

    assert _undescribed_columns(database_url, manifest) == {}

    tested = run_dbt("test", "--select", "test_type:unit", url=database_url)
    results = json.loads((target_path / "run_results.json").read_text())["results"]
    assert [result["unique_id"] for result in results if result["status"] != "pass"] == [], (
        tested.stdout
    )
    assert len(results) >= AT_LEAST


def _undescribed_columns(url: str, manifest: dict[str, Any]) -> dict[str, set[str]]:
    """Columns that a table has and the project's descriptions lack, or the other way round."""
    tables = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    with connect(url) as connection:
        found = {
            f"{table['schema']}.{table['name']}": _columns(connection, table)
            ^ set(table["columns"])
            for table in [*tables, *manifest["sources"].values()]
        }
    return {name: columns for name, columns in found.items() if columns}


def _columns(connection: Any, table: dict[str, Any]) -> set[str]:
    rows = connection.execute(
        "select column_name from information_schema.columns where table_schema = %s and "
        "table_name = %s",
        [table["schema"], table["name"]],
    )
    return {name for (name,) in rows}
