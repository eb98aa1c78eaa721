"""The texts of the dbt project follow the house style where sqlfluff cannot check it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
MODEL_FILES = sorted((DBT_PROJECT / "models").rglob("*.sql"))
QUERY_FILES = [*MODEL_FILES, *sorted((DBT_PROJECT / "tests").rglob("*.sql"))]
FUNCTION_FILES = sorted((DBT_PROJECT / "functions").rglob("*.sql"))
MACRO_FILES = sorted((DBT_PROJECT / "macros").rglob("*.sql"))
SQL_FILES = [*QUERY_FILES, *FUNCTION_FILES, *MACRO_FILES]
# sqlfluff reads a macro only where a model calls it, and a function or generic test never.
PARTLY_LINTED_FILES = [
    *FUNCTION_FILES,
    *MACRO_FILES,
    *sorted((DBT_PROJECT / "tests" / "generic").rglob("*.sql")),
]
YAML_FILES = [
    *sorted((DBT_PROJECT / "functions").rglob("*.yml")),
    *sorted((DBT_PROJECT / "models").rglob("*.yml")),
]
UNIT_TEST_FILES = [path for path in YAML_FILES if path.name.endswith("__unit_tests.yml")]

MAX_COLUMNS = 100
# The paragraphs of the contract's section 5 that dbt implements, and section 3, where it defines
# columns. Others: landing, laws, erasure.
PARAGRAPHS = {"section 3"} | {f"5.{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13)}
PARAGRAPH = re.compile(r"5\.\d+|section 3")
# dbt does not build these schemas, so their tables are sources; their functions have no other name.
SCHEMAS_BELOW = re.compile(r"\b(?:ingress|integration|pipeline|worksights|\w+_raw)\.\w+\b(?!\()")
BUILT_BY_DBT = re.compile(r"\b(?:staging|facts|intermediate|timeline|clientsights|operations)\.\w+")
UNDER_CONFIG_ONLY = {"freshness", "meta", "tags", "docs", "group", "access"}
KEYWORDS = re.compile(
    r"\b(SELECT|DISTINCT|FROM|WHERE|JOIN|INNER|LEFT|FULL|CROSS|LATERAL|WITH|AS|ON|USING|AND|OR|NOT"
    r"|IN|IS|NULL|TRUE|FALSE|CASE|WHEN|THEN|ELSE|END|GROUP|ORDER|BY|HAVING|LIMIT|UNION|ALL|EXISTS"
    r"|FILTER|OVER|PARTITION|VALUES)\b"
)
# Views that group what they read, so that none of their rows is a row of a table below.
READ_AS_A_WHOLE = {"int_changed_identities", "int_sessions_touched_by_settings", "failed_sessions"}
# One table, or another import, whole or narrowed to some rows; never joined or grouped.
IMPORT_CTE = re.compile(
    r"\w+ as (?:(?:not )?materialized )?\(\n\n"
    r"    select \* from (?:\{\{ (?:(?:ref|source)\([^\n]+\)|model) \}\}|\w+)\n"
    r"(?:    (?!inner|left|full|cross|group|order)[^\n]+\n)*"
    r"\n\)"
)


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


def is_view(path: Path) -> bool:
    return "staging" in path.parts or "materialized='view'" in path.read_text()


@pytest.mark.parametrize("path", YAML_FILES, ids=named)
def test_yaml_uses_todays_keys(path: Path) -> None:
    """dbt on Postgres accepts the old spellings without a warning."""
    outdated = [
        f"{key} below {parent or 'nothing'}"
        for key, parent in keys_with_parents(yaml.safe_load(path.read_text()))
        if key == "tests" or (key in UNDER_CONFIG_ONLY and parent != "config")
    ]
    assert outdated == []


@pytest.mark.parametrize("path", YAML_FILES, ids=named)
def test_yaml_files_are_named_after_what_they_describe(path: Path) -> None:
    assert path.name == "exposures.yml" or re.fullmatch(
        r"_[a-z_]+__(functions|models|sources|unit_tests)\.yml", path.name
    )


def test_every_paragraph_that_dbt_implements_has_a_file_of_unit_tests() -> None:
    first_lines = {named(path): path.read_text().split("\n", 1)[0] for path in UNIT_TEST_FILES}
    assert [
        name
        for name, line in first_lines.items()
        if not re.search(rf"[Cc]ontract, (?:{PARAGRAPH.pattern})", line)
    ] == []
    found = {paragraph for line in first_lines.values() for paragraph in PARAGRAPH.findall(line)}
    assert PARAGRAPHS - found == set()


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_lines_of_sql_are_not_too_long(path: Path) -> None:
    """sqlfluff measures no lines of macros, and only the first line of a Jinja comment."""
    lines = path.read_text().splitlines()
    assert [line for line in lines if len(line) > MAX_COLUMNS] == []


@pytest.mark.parametrize("path", PARTLY_LINTED_FILES, ids=named)
def test_macros_and_generic_tests_have_the_style_of_models(path: Path) -> None:
    sql = without_comments_and_texts(path.read_text())
    assert KEYWORDS.findall(sql) == []
    assert re.findall(r"\bas [a-z]\b", sql) == []
    assert re.findall(r"(?<!inner )(?<!left )(?<!full )(?<!cross )\bjoin\b(?!\()", sql) == []
    assert re.findall(r"^\s*,", path.read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("path", QUERY_FILES, ids=named)
def test_columns_are_listed_outside_import_ctes(path: Path) -> None:
    sql = path.read_text()
    assert len(re.findall(r"select\s+(?:distinct\s+)?\*", sql)) == len(IMPORT_CTE.findall(sql))
    assert re.findall(r"\w+\.\*", without_comments_and_texts(sql)) == []


@pytest.mark.parametrize("path", QUERY_FILES, ids=named)
def test_columns_are_written_out_not_looped_over(path: Path) -> None:
    """A reader, and a search for a column, finds it in the model's own text."""
    assert re.findall(r"\{%-? for\b[^\n]*", path.read_text()) == []


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_tables_are_read_through_ref_and_source(path: Path) -> None:
    assert SCHEMAS_BELOW.findall(without_comments_and_texts(path.read_text())) == []


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_what_dbt_builds_is_used_through_ref_and_function(path: Path) -> None:
    """Otherwise lineage lacks it, and a developer's own copy of it is not used."""
    assert BUILT_BY_DBT.findall(without_comments_and_texts(path.read_text())) == []


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_exists_selects_nothing(path: Path) -> None:
    assert re.findall(r"exists \(\s*select(?! from\b)[^\n]*", path.read_text()) == []


@pytest.mark.parametrize("path", [p for p in MODEL_FILES if is_view(p)], ids=named)
def test_a_view_that_is_derived_from_has_no_with(path: Path) -> None:
    """Postgres would plan it separately and read all of it, whatever it is joined to."""
    has_with = re.search(r"^with$", path.read_text(), re.MULTILINE) is not None
    assert has_with == (path.stem in READ_AS_A_WHOLE)


@pytest.mark.parametrize("path", [p for p in QUERY_FILES if "models" in p.parts], ids=named)
def test_a_whole_table_that_is_read_twice_is_not_materialized(path: Path) -> None:
    """Otherwise Postgres materializes the table's whole history in every batch."""
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
