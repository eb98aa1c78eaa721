"""The layers, names and tests of the dbt project follow the house style."""

import re
import subprocess
from typing import Any

# A batch queries these for the whole installation. Other indexes start with the organization.
INDEXES_OF_THE_INSTALLATION = (["batch"], ["due_at"])
NAMES = {
    "facts": re.compile(r"(?!stg_|int_)[a-z_]+"),
    "staging": re.compile(r"stg_[a-z]+__[a-z_]+"),
    "intermediate": re.compile(r"int_[a-z_]+"),
    "marts": re.compile(r"(?!stg_|int_|fct_|dim_)[a-z_]+"),
}


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


def test_only_staging_and_facts_read_sources(manifest: dict[str, Any]) -> None:
    assert [
        m["name"]
        for m in models(manifest)
        if reads_sources(m) and m["fqn"][1] not in ("staging", "facts")
    ] == []


def test_facts_read_only_sources_and_facts_and_no_model_reads_facts(
    manifest: dict[str, Any],
) -> None:
    """They exist before any table. The models read the copy of them in `pipeline.settings`."""
    facts = {model["unique_id"] for model in models(manifest, "facts")}
    wrong = {
        model["name"]
        for model in models(manifest)
        for node in model["depends_on"]["nodes"]
        if node.startswith("model.") and (model["unique_id"] in facts) != (node in facts)
    }
    assert wrong == set()


def test_intermediate_models_and_staging_never_read_marts(manifest: dict[str, Any]) -> None:
    marts = {model["unique_id"] for model in models(manifest, "marts")}
    below = [*models(manifest, "staging"), *models(manifest, "intermediate")]
    assert [model["name"] for model in below if marts & set(model["depends_on"]["nodes"])] == []


def test_names_show_the_layer(manifest: dict[str, Any]) -> None:
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


def test_every_incremental_model_has_a_unique_index_on_its_key(
    manifest: dict[str, Any],
) -> None:
    """The index catches a rule that yields a row twice. A model that only appends has no key."""
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


def test_every_incremental_model_has_indexes_that_start_with_the_organization(
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


def test_the_nightly_audit_covers_every_mart(manifest: dict[str, Any]) -> None:
    """A batch checks only what it touched, so only the nightly audit finds rows lost elsewhere."""
    nightly = [test for test in data_tests(manifest) if "nightly" in test["tags"]]
    attached = {
        manifest["nodes"][test["attached_node"]]["name"]
        for test in nightly
        if test.get("attached_node")
    }
    named = {t["config"]["meta"].get("dagster", {}).get("ref", {}).get("name") for t in nightly}
    assert {mart["name"] for mart in models(manifest, "marts")} - named - attached == set()


def test_every_test_of_tables_says_what_is_wrong(manifest: dict[str, Any]) -> None:
    """Dagster and the page show this text. dbt's own tests of one column need none."""
    silent = [
        test["name"]
        for test in data_tests(manifest)
        if "what_is_wrong" not in test["raw_code"] + texts_of_macros(manifest, test)
        and test.get("test_metadata", {}).get("name") not in ("unique", "not_null")
    ]
    assert silent == []


def texts_of_macros(manifest: dict[str, Any], test: dict[str, Any]) -> str:
    """The texts of the macros that the test uses."""
    return " ".join(
        manifest["macros"][macro]["macro_sql"]
        for macro in test["depends_on"]["macros"]
        if macro.startswith("macro.worksights_zoom.")
    )


def test_every_data_test_becomes_a_check_of_one_asset(manifest: dict[str, Any]) -> None:
    """Dagster shows a test of several tables only when it is attached to one, or names one."""
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
        *models(manifest, "facts"),
        *models(manifest, "intermediate"),
        *(m for m in models(manifest, "marts") if m["config"]["materialized"] != "view"),
    ]
    assert [model["name"] for model in deciding if model["name"] not in tested] == []


def test_no_unit_test_needs_the_table_of_its_own_model(manifest: dict[str, Any]) -> None:
    """A unit test that reads `this` would stop the first build of a new database."""
    needy = [
        test["name"]
        for test in manifest["unit_tests"].values()
        if any(given["input"] == "this" for given in test["given"])
    ]
    assert needy == []
