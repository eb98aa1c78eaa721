"""Each dbt unit test of the contract's rules is a test here, and every column is described.

dbt runs all unit tests at once, on a database that has been migrated and built once: building the
tables takes longer than all checks on them.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.database.postgres import connect
from integration.settings import PROJECT
from tests.databases import new_database

RunDbt = Callable[..., subprocess.CompletedProcess[str]]

MODELS = PROJECT / "dbt_project" / "models"
UNIT_TESTS = [
    pytest.param(test["model"], test["name"], id=f"{test['model']}-{test['name']}")
    for file in sorted(MODELS.rglob("*.yml"))
    for test in yaml.safe_load(file.read_text()).get("unit_tests", [])
]
# Fewer means that a file of tests was lost. Increase it with each new unit test.
AT_LEAST = 319


@pytest.fixture(scope="module")
def built_database_url(server_url: str, run_dbt: RunDbt) -> Iterator[str]:
    """A database with all tables and views, without rows."""
    with new_database(server_url) as url:
        built = run_dbt("run", "--quiet", url=url)
        assert built.returncode == 0, built.stdout
        yield url


@pytest.fixture(scope="module")
def results(
    built_database_url: str, run_dbt: RunDbt, target_path: Path
) -> dict[tuple[str, str], tuple[str, str]]:
    """dbt's result of each unit test: (model, name) -> (status, message)."""
    tested = run_dbt("test", "--select", "test_type:unit", url=built_database_url)
    assert "Done." in tested.stdout, tested.stdout
    written = json.loads((target_path / "run_results.json").read_text())["results"]
    return {
        tuple(result["unique_id"].rsplit(".", 2)[1:]): (result["status"], result["message"] or "")
        for result in written
    }


@pytest.mark.parametrize(("model", "name"), UNIT_TESTS)
def test_a_rule_holds(
    model: str, name: str, results: dict[tuple[str, str], tuple[str, str]]
) -> None:
    status, message = results.get((model, name), ("dbt did not run it", ""))
    assert status == "pass", message


def test_no_unit_test_is_lost(results: dict[tuple[str, str], tuple[str, str]]) -> None:
    assert (
        set(results) - {(str(test.values[0]), str(test.values[1])) for test in UNIT_TESTS} == set()
    )
    assert len(results) >= AT_LEAST


def test_every_column_is_described(built_database_url: str, manifest: dict[str, Any]) -> None:
    assert _undescribed_columns(built_database_url, manifest) == {}


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
