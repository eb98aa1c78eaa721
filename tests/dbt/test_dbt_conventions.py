"""The dbt project keeps to the house style: its layers, its names, its tests, its SQL."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
MODEL_FILES = sorted((DBT_PROJECT / "models").rglob("*.sql"))
QUERY_FILES = [*MODEL_FILES, *sorted((DBT_PROJECT / "tests").rglob("*.sql"))]
SQL_FILES = [*QUERY_FILES, *sorted((DBT_PROJECT / "macros").rglob("*.sql"))]
YAML_FILES = sorted((DBT_PROJECT / "models").rglob("*.yml"))
UNIT_TEST_FILES = [path for path in YAML_FILES if path.name.endswith("__unit_tests.yml")]

MAX_LINES = 150
# What a batch asks of the whole installation; every other index begins with the customer.
INDEXES_OF_THE_INSTALLATION = (["batch"], ["due_at"])
NAMES = {
    "staging": re.compile(r"stg_[a-z]+__[a-z_]+"),
    "intermediate": re.compile(r"int_[a-z_]+"),
    "marts": re.compile(r"(?!stg_|int_|fct_|dim_)[a-z_]+"),
}
# Of the contract's section 5, what dbt does; the others are landing's, the laws' and erasure's.
PARAGRAPHS = {f"5.{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9, 10, 13)}
# What only staging and the macros of news read.
SCHEMAS_BELOW = re.compile(r"\b(?:ingress|integration|pipeline|worksights|\w+_raw)\.\w+")
UNDER_CONFIG_ONLY = {"freshness", "meta", "tags", "docs", "group", "access"}
KEYWORDS = re.compile(
    r"\b(SELECT|DISTINCT|FROM|WHERE|JOIN|INNER|LEFT|FULL|CROSS|LATERAL|WITH|AS|ON|USING|AND|OR|NOT"
    r"|IN|IS|NULL|TRUE|FALSE|CASE|WHEN|THEN|ELSE|END|GROUP|ORDER|BY|HAVING|LIMIT|UNION|ALL|EXISTS"
    r"|FILTER|OVER|PARTITION|VALUES)\b"
)
# One table, or another import, whole or narrowed to some rows; never joined or grouped.
IMPORT_CTE = re.compile(
    r"\w+ as (?:not materialized )?\(\n\n"
    r"    select \* from (?:\{\{ (?:(?:ref|source)\([^\n]+\)|model) \}\}|\w+)\n"
    r"(?:    (?!inner|left|full|cross|group|order)[^\n]+\n)*"
    r"\n\)"
)


def models(manifest: dict[str, Any], layer: str | None = None) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and layer in (None, node["fqn"][1])
    ]


def incremental_models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [model for model in models(manifest) if model["config"]["materialized"] == "incremental"]


def data_tests(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]


def reads_sources(model: dict[str, Any]) -> bool:
    return any(node.startswith("source.") for node in model["depends_on"]["nodes"])


def keys_with_parents(content: Any, parent: str = "") -> Iterator[tuple[str, str]]:
    """Every key of a YAML file, each with the key above it."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield str(key), parent
            yield from keys_with_parents(value, str(key))
    elif isinstance(content, list):
        for value in content:
            yield from keys_with_parents(value, parent)


def without_comments_and_texts(sql: str) -> str:
    return re.sub(r"\{#.*?#\}|--[^\n]*|'[^'\n]*'", "", sql, flags=re.DOTALL)


def named(path: Path) -> str:
    return str(path.relative_to(DBT_PROJECT))


def test_the_project_parses_without_a_warning_or_deprecation(
    strict_parse: subprocess.CompletedProcess[str],
) -> None:
    assert strict_parse.returncode == 0, strict_parse.stdout


def test_staging_reads_one_source_and_nothing_else(manifest: dict[str, Any]) -> None:
    others = {
        model["name"]: model["depends_on"]["nodes"]
        for model in models(manifest, "staging")
        if len(model["depends_on"]["nodes"]) != 1 or not reads_sources(model)
    }
    assert others == {}


def test_only_staging_reads_sources(manifest: dict[str, Any]) -> None:
    assert [
        m["name"] for m in models(manifest) if reads_sources(m) and m["fqn"][1] != "staging"
    ] == []


def test_intermediate_models_and_staging_never_read_marts(manifest: dict[str, Any]) -> None:
    marts = {model["unique_id"] for model in models(manifest, "marts")}
    below = [*models(manifest, "staging"), *models(manifest, "intermediate")]
    assert [model["name"] for model in below if marts & set(model["depends_on"]["nodes"])] == []


def test_names_say_the_layer(manifest: dict[str, Any]) -> None:
    misnamed = [
        model["name"]
        for model in models(manifest)
        if not NAMES[model["fqn"][1]].fullmatch(model["name"])
    ]
    assert misnamed == []


def test_staging_models_are_named_after_their_folder(manifest: dict[str, Any]) -> None:
    misnamed = [
        model["name"]
        for model in models(manifest, "staging")
        if not model["name"].startswith(f"stg_{model['fqn'][2]}__")
    ]
    assert misnamed == []


def test_staging_is_made_of_views(manifest: dict[str, Any]) -> None:
    tables = [
        m["name"] for m in models(manifest, "staging") if m["config"]["materialized"] != "view"
    ]
    assert tables == []


def test_every_model_and_source_says_its_grain_first(manifest: dict[str, Any]) -> None:
    tables = [*models(manifest), *manifest["sources"].values()]
    assert [
        table["name"] for table in tables if not table["description"].startswith("One row per ")
    ] == []


def test_every_listed_column_is_described(manifest: dict[str, Any]) -> None:
    undescribed = [
        f"{table['name']}.{column['name']}"
        for table in [*models(manifest), *manifest["sources"].values()]
        for column in table["columns"].values()
        if not column["description"]
    ]
    assert undescribed == []


def test_every_mart_has_an_enforced_contract(manifest: dict[str, Any]) -> None:
    marts = models(manifest, "marts")
    assert [mart["name"] for mart in marts if not mart["config"]["contract"]["enforced"]] == []


def test_every_mart_that_is_a_table_has_a_unique_index(manifest: dict[str, Any]) -> None:
    without = [
        mart["name"]
        for mart in models(manifest, "marts")
        if mart["config"]["materialized"] != "view"
        and not any(index.get("unique") for index in mart["config"].get("indexes", []))
    ]
    assert without == []


def test_every_incremental_model_is_unique_by_what_it_is_written_by(
    manifest: dict[str, Any],
) -> None:
    """One that only appends has no key; a unique index on the key is what finds a rule that yields
    a row twice.
    """
    wrong = {}
    for model in incremental_models(manifest):
        if model["config"]["incremental_strategy"] == "append":
            continue
        unique = [
            index["columns"] for index in model["config"].get("indexes", []) if index.get("unique")
        ]
        if not model["config"]["unique_key"] or unique != [model["config"]["unique_key"]]:
            wrong[model["name"]] = unique
    assert wrong == {}


def test_every_incremental_model_has_indexes_that_begin_with_the_customer(
    manifest: dict[str, Any],
) -> None:
    wrong = {}
    for model in incremental_models(manifest):
        indexes = [index["columns"] for index in model["config"].get("indexes", [])]
        others = [columns for columns in indexes if columns[0] != "organization_id"]
        if not indexes or any(columns not in INDEXES_OF_THE_INSTALLATION for columns in others):
            wrong[model["name"]] = indexes
    assert wrong == {}


def test_a_batch_tests_only_what_it_touched(manifest: dict[str, Any]) -> None:
    whole_tables = [
        test["name"]
        for test in data_tests(manifest)
        if "nightly" not in test["tags"]
        and "model.worksights_zoom.int_touched_sessions" not in test["depends_on"]["nodes"]
    ]
    assert whole_tables == []


def test_every_data_test_becomes_a_check_of_one_asset(manifest: dict[str, Any]) -> None:
    """Dagster shows a test of several tables only when it is attached to one, or names it."""
    known = {model["name"] for model in models(manifest)}
    unattached = [
        test["name"]
        for test in data_tests(manifest)
        if not test.get("attached_node")
        and test["config"]["meta"].get("dagster", {}).get("ref", {}).get("name") not in known
    ]
    assert unattached == []


def test_every_model_that_decides_something_has_a_unit_test(manifest: dict[str, Any]) -> None:
    """Staging, and marts that are views, only rename."""
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    deciding = [
        *models(manifest, "intermediate"),
        *(m for m in models(manifest, "marts") if m["config"]["materialized"] != "view"),
    ]
    assert [model["name"] for model in deciding if model["name"] not in tested] == []


def test_every_paragraph_that_dbt_carries_out_has_its_file_of_unit_tests() -> None:
    first_lines = {named(path): path.read_text().split("\n", 1)[0] for path in UNIT_TEST_FILES}
    assert [name for name, line in first_lines.items() if "# Contract, 5." not in line] == []
    found = {
        paragraph for line in first_lines.values() for paragraph in re.findall(r"5\.\d+", line)
    }
    assert PARAGRAPHS - found == set()


def test_no_unit_test_needs_the_table_of_its_own_model(manifest: dict[str, Any]) -> None:
    """One that reads `this` would stop the first build of a new database."""
    needy = [
        test["name"]
        for test in manifest["unit_tests"].values()
        if any(given["input"] == "this" for given in test["given"])
    ]
    assert needy == []


@pytest.mark.parametrize("path", YAML_FILES, ids=named)
def test_yaml_uses_todays_keys(path: Path) -> None:
    """dbt on Postgres accepts the old spellings without a word."""
    outdated = [
        f"{key} below {parent or 'nothing'}"
        for key, parent in keys_with_parents(yaml.safe_load(path.read_text()))
        if key == "tests" or (key in UNDER_CONFIG_ONLY and parent != "config")
    ]
    assert outdated == []


@pytest.mark.parametrize("path", YAML_FILES, ids=named)
def test_yaml_files_are_named_after_what_they_describe(path: Path) -> None:
    assert path.name == "exposures.yml" or re.fullmatch(
        r"_[a-z_]+__(models|sources|unit_tests)\.yml", path.name
    )


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_sql_files_fit_on_a_page_or_three(path: Path) -> None:
    assert len(path.read_text().splitlines()) < MAX_LINES


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_sql_keywords_are_lower_case(path: Path) -> None:
    assert KEYWORDS.findall(without_comments_and_texts(path.read_text())) == []


@pytest.mark.parametrize("path", QUERY_FILES, ids=named)
def test_columns_are_listed_outside_import_ctes(path: Path) -> None:
    sql = path.read_text()
    assert len(re.findall(r"select\s+(?:distinct\s+)?\*", sql)) == len(IMPORT_CTE.findall(sql))
    assert re.findall(r"\w+\.\*", without_comments_and_texts(sql)) == []


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_names_are_words_and_joins_say_their_kind(path: Path) -> None:
    sql = without_comments_and_texts(path.read_text())
    assert re.findall(r"\bas [a-z]\b", sql) == []
    assert re.findall(r"(?<!inner )(?<!left )(?<!full )(?<!cross )\bjoin\b(?!\()", sql) == []
    assert re.findall(r"^\s*,", path.read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("path", QUERY_FILES, ids=named)
def test_tables_are_read_through_ref_and_source(path: Path) -> None:
    assert SCHEMAS_BELOW.findall(without_comments_and_texts(path.read_text())) == []


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_exists_selects_nothing(path: Path) -> None:
    assert re.findall(r"exists \(\s*select(?! from\b)[^\n]*", path.read_text()) == []


@pytest.mark.parametrize("path", [p for p in QUERY_FILES if "models" in p.parts], ids=named)
def test_a_whole_table_that_is_read_twice_is_not_materialized(path: Path) -> None:
    """Otherwise Postgres writes the table's whole history aside in every batch."""
    sql = path.read_text()
    whole_tables = re.findall(
        r"^(\w+) as \(\n\s+select \* from \{\{ ref\('(?:int|stg)_\w+'\) \}\}\n(?!\s+\{\{ where)",
        sql,
        re.MULTILINE,
    )
    read_twice = [
        name
        for name in whole_tables
        if len(re.findall(rf"\b(?:from|join) {name}\b", sql)) > 1 and name != "session_types"
    ]
    assert read_twice == []
