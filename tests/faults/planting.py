"""Plants faults in models, in a copy of the dbt project that the pipeline then runs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Fault:
    """One that a model meets in a session of an organization or, if its rows do not belong to
    sessions, in every row of the organization.
    """

    model: dict[str, Any]
    organization_id: str
    session_id: str

    @property
    def condition(self) -> str:
        """Divides by zero for these rows, and is true for all others."""
        column, value = (
            ("session_id", self.session_id)
            if is_derived_by_session(self.model)
            else ("organization_id", self.organization_id)
        )
        return f"1 / (case when {column} = '{value}' then 0 else 1 end) = 1"


@contextmanager
def planted(*faults: Fault, folder: Path) -> Iterator[None]:
    """In the block, the models have these faults, at most one each."""
    with _project_with(*((fault.model, fault.condition) for fault in faults), folder=folder):
        yield


@contextmanager
def broken(model: dict[str, Any], *, folder: Path) -> Iterator[None]:
    """In the block, the whole model fails: it reads a table that does not exist."""
    with _project_with((model, "exists (select from pipeline.not_there)"), folder=folder):
        yield


@contextmanager
def _project_with(*conditions: tuple[dict[str, Any], str], folder: Path) -> Iterator[None]:
    files = {}
    for model, condition in conditions:
        name = model["original_file_path"]
        before = (project.FOLDER / name).read_text()
        after = CONFIG_ENDS.sub(") }}\nselect * from (\n", before, count=1)
        assert after != before
        # `offset 0` keeps the fault in the model's result. Without it, Postgres also evaluates the
        # condition on the tables that the model reads, for rows that are not to be derived.
        files[name] = f"{after}\noffset 0) as planted where {condition}\n"
    with changed_project(files, folder=folder):
        yield
