"""Plants a fault in a model, in a copy of the dbt project that the pipeline then runs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from integration.pipeline.dbt import project
from tests.faults.changed_project import changed_project

CONFIG_ENDS = re.compile(r"^\) \}\}\n", re.MULTILINE)


def tables_of_the_project() -> dict[str, dict[str, Any]]:
    """Name -> dbt's node, of every model that is a table."""
    nodes = project.read_manifest()["nodes"].values()
    return {
        node["name"]: node
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["materialized"] == "incremental"
    }


def is_derived_by_session(model: dict[str, Any]) -> bool:
    """Whether the model's rows belong to sessions. Others belong to people, companies,
    relationships and their months.
    """
    return "session_id" in model["config"]["unique_key"] if model["config"]["unique_key"] else True


@contextmanager
def planted(
    model: dict[str, Any], *, organization_id: str, session_id: str, folder: Path
) -> Iterator[None]:
    """In the block, the model divides by zero for the session or, if its rows do not belong to
    sessions, for every row of the organization.
    """
    column, value = (
        ("session_id", session_id)
        if is_derived_by_session(model)
        else ("organization_id", organization_id)
    )
    fault = f"1 / (case when {column} = '{value}' then 0 else 1 end) = 1"
    with _project_with(model, fault, folder):
        yield


@contextmanager
def broken(model: dict[str, Any], *, folder: Path) -> Iterator[None]:
    """In the block, the whole model fails: it reads a table that does not exist."""
    with _project_with(model, "exists (select from pipeline.not_there)", folder):
        yield


@contextmanager
def _project_with(model: dict[str, Any], condition: str, folder: Path) -> Iterator[None]:
    name = model["original_file_path"]
    before = (project.FOLDER / name).read_text()
    after = CONFIG_ENDS.sub(") }}\nselect * from (\n", before, count=1)
    assert after != before
    # `offset 0` keeps the fault in the model's result. Without it, Postgres also evaluates the
    # condition on the tables that the model reads, for rows that are not to be derived.
    faulty = f"{after}\noffset 0) as planted where {condition}\n"
    with changed_project({name: faulty}, folder=folder):
        yield
