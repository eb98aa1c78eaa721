"""The exposures list what the code outside dbt reads, so that `dbt ls --select +exposure:…` shows
which models may not be renamed without it.
"""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from integration.settings import PROJECT
from tests.rules.files import files_of

# Exposure -> the packages that it covers.
READERS = {
    "integration_page": {"explain", "figures", "web"},
    "operations": {
        "causes",
        "commands",
        "connections",
        "database",
        "directory",
        "healing",
        "housekeeping",
        "identity",
        "keys",
        "pipeline",
        "sign_in",
        "zoom",
    },
    "mail": {"notify"},
    "erasure": {"privacy"},
}
# A table as SQL names it, or a model's name alone, where psycopg adds the schema.
NAMES = re.compile(r"\b[a-z_]+\.[a-z_]+\b|\bint_[a-z_]+\b")


def relations(manifest: dict[str, Any]) -> dict[str, str]:
    """Every name under which SQL may read a model or a source -> its id in dbt."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    tables = [*models, *manifest["sources"].values()]
    return {f"{table['schema']}.{table['name']}": table["unique_id"] for table in tables} | {
        model["name"]: model["unique_id"] for model in models if model["name"].startswith("int_")
    }


def texts(source: str) -> Iterator[str]:
    """The string constants of a file, without its docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.value


def read_by(packages: set[str], manifest: dict[str, Any]) -> set[str]:
    """The ids of the models and sources that these packages name. Migrations name what there was
    when they were written.
    """
    known = relations(manifest)
    return {
        known[name]
        for file in files_of(*(f"integration/{package}" for package in packages))
        if "migrations" not in file.parts
        for text in texts(file.read_text())
        for name in NAMES.findall(text)
        if name in known
    }


def listed_by(exposure: str, manifest: dict[str, Any]) -> set[str]:
    return set(manifest["exposures"][f"exposure.worksights_zoom.{exposure}"]["depends_on"]["nodes"])


@pytest.mark.parametrize("exposure", READERS)
def test_an_exposure_lists_what_its_packages_read(exposure: str, manifest: dict[str, Any]) -> None:
    read, listed = read_by(READERS[exposure], manifest), listed_by(exposure, manifest)
    assert {"not listed": read - listed, "not read": listed - read} == {
        "not listed": set(),
        "not read": set(),
    }


def test_every_package_belongs_to_one_exposure() -> None:
    packages = [package for covered in READERS.values() for package in covered]
    found = [file.parent.name for file in (PROJECT / "integration").glob("*/__init__.py")]
    assert sorted(packages) == sorted(found)
