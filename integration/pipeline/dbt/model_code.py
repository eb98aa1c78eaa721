"""Fingerprints the code of each derived table from dbt's manifest: its SQL, that of the views it
reads, their macros, functions and sources, its columns, and how it is materialized.

A table with a changed fingerprint is re-derived completely.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from integration.pipeline.dbt.derived_with import TableCode
from integration.pipeline.dbt.models import facts_of, views_of
from integration.pipeline.dbt.project import Manifest

_MATERIALIZATION = "macros/incremental/"
_CONFIG = ("unique_key", "meta", "indexes", "incremental_strategy", "contract")


def table_name(node: dict[str, Any]) -> str:
    """The name of a model's table in pipeline.progress."""
    return f"{node['schema']}.{node['alias']}"


def code_of_tables(manifest: Manifest) -> dict[str, TableCode]:
    """The code of all models that are tables, by table name."""
    return {
        table_name(node): TableCode(
            fingerprint=_fingerprint(manifest, unique_id),
            derived_from=frozenset(
                table_name(_node(manifest, above))
                for above in _above(manifest, unique_id, through_tables=True)
                if _is_table(_node(manifest, above))
            ),
        )
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and _is_table(node)
    }


def fingerprint_of_views(manifest: Manifest) -> str:
    """A fingerprint that changes when a view may have changed; otherwise a batch skips the views.

    Replacing a view briefly drops the views that depend on it, and takes 0.05 s each.
    """
    code = [manifest["nodes"][node]["raw_code"] for node in sorted(views_of(manifest))]
    return _hash([code, _all_macros(manifest)])


def fingerprint_of_facts(manifest: Manifest) -> str:
    """The same for the facts and the functions."""
    facts = [manifest["nodes"][node] for node in sorted(facts_of(manifest))]
    functions = [manifest["functions"][node] for node in sorted(manifest["functions"])]
    return _hash(
        [
            [[node["raw_code"], node["config"]["grants"]] for node in facts],
            [_code_of_function(node) for node in functions],
            _all_macros(manifest),
        ]
    )


def _hash(code: object) -> str:
    return hashlib.sha256(json.dumps(code, sort_keys=True).encode()).hexdigest()


def _code_of_function(node: dict[str, Any]) -> list[Any]:
    arguments = [(each["name"], each["data_type"]) for each in node["arguments"]]
    volatility = node["config"]["volatility"]
    return [node["schema"], node["raw_code"], arguments, node["returns"]["data_type"], volatility]


def _all_macros(manifest: Manifest) -> list[str]:
    return [
        props["macro_sql"]
        for name, props in sorted(manifest["macros"].items())
        if name.startswith("macro.worksights_zoom.")
    ]


def _node(manifest: Manifest, unique_id: str) -> dict[str, Any]:
    """The model or function; {} for a source."""
    found: dict[str, Any] = manifest["nodes"].get(unique_id) or manifest["functions"].get(
        unique_id, {}
    )
    return found


def _is_table(node: dict[str, Any]) -> bool:
    return bool(node["config"]["materialized"] == "incremental")


def _above(manifest: Manifest, unique_id: str, *, through_tables: bool) -> list[str]:
    """The models and functions upstream of one, each once; without `through_tables`, no tables."""
    found: list[str] = []
    waiting = list(manifest["nodes"][unique_id]["depends_on"]["nodes"])
    while waiting:
        each = waiting.pop()
        node = _node(manifest, each)
        if not node or each in found or (_is_table(node) and not through_tables):
            continue
        found.append(each)
        waiting += node["depends_on"]["nodes"]
    return sorted(found)


def _fingerprint(manifest: Manifest, unique_id: str) -> str:
    read = [unique_id, *_above(manifest, unique_id, through_tables=False)]
    node = manifest["nodes"][unique_id]
    config = [node["config"].get(name) for name in _CONFIG]
    columns = sorted(
        (name, column["data_type"], column["constraints"])
        for name, column in node["columns"].items()
    )
    code = [_code(manifest, each) for each in read]
    return _hash([config, columns, code, list(_macros(manifest, read))])


def _code(manifest: Manifest, unique_id: str) -> list[Any]:
    """The code of a model or function, and where it reads."""
    node = _node(manifest, unique_id)
    if unique_id in manifest["functions"]:
        return _code_of_function(node)
    return [node["raw_code"], [_place(manifest, each) for each in node["depends_on"]["nodes"]]]


def _place(manifest: Manifest, unique_id: str) -> str:
    source = manifest["sources"].get(unique_id)
    if source:
        return f"{source['schema']}.{source['identifier']}"
    node = _node(manifest, unique_id)
    return f"{node.get('schema')}.{node.get('alias') or node.get('name')}"


def _macros(manifest: Manifest, unique_ids: list[str]) -> Iterator[str]:
    """The project's macros that these models use, and those that materialize every table, sorted by
    name.
    """
    seen = {
        name
        for name, macro in manifest["macros"].items()
        if name.startswith("macro.worksights_zoom.")
        and macro["original_file_path"].startswith(_MATERIALIZATION)
    }
    waiting = [
        macro for each in unique_ids for macro in _node(manifest, each)["depends_on"]["macros"]
    ]
    while waiting:
        name = waiting.pop()
        if name not in seen and name.startswith("macro.worksights_zoom."):
            seen.add(name)
            waiting += manifest["macros"][name]["depends_on"]["macros"]
    for name in sorted(seen):
        yield manifest["macros"][name]["macro_sql"]
