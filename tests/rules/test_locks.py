"""The locks pin everything that is installed, and the product runs with its own lock."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from integration.settings import PROJECT
from supply_chain.locked import locked
from tests.rules.files import files_of

LOCKS = ["requirements.lock", "requirements-test.lock", "requirements-lint.lock"]
PRODUCT = ("integration", "orchestration", "simulator", "supply_chain")
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text())
OF_PROJECT = DECLARED["project"]
REQUIRED = {
    "requirements.lock": [
        *OF_PROJECT["dependencies"],
        *OF_PROJECT["optional-dependencies"]["install"],
    ],
    "requirements-test.lock": OF_PROJECT["optional-dependencies"]["test"],
    "requirements-lint.lock": DECLARED["dependency-groups"]["lint"],
}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_consists_of_versions_with_hashes(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    entry = r"[a-z0-9._-]+(\[[a-z0-9, -]+\])?==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.fullmatch(f"({entry})+", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_what_the_project_declares(lock: str) -> None:
    versions = locked() | locked(PROJECT / lock)
    missing = [
        text
        for text in REQUIRED[lock]
        if (wanted := Requirement(text))
        and not wanted.specifier.contains(versions.get(canonicalize_name(wanted.name), "0"))
    ]
    assert missing == []


def test_what_only_tests_need_is_not_installed_with_the_product() -> None:
    for_tests = locked(PROJECT / "requirements-test.lock")
    assert set(locked()) & set(for_tests) == set()
    assert {"pytest", "hypothesis", "playwright"} <= set(for_tests)


def test_the_product_imports_only_what_is_installed_with_it() -> None:
    """cyclonedx-py, which only tests need, is run as a program instead of being imported."""
    distributions = packages_distributions()
    known = {*sys.stdlib_module_names, *PRODUCT}
    wrong = {
        f"{file.relative_to(PROJECT)} imports {name}"
        for file in files_of(*PRODUCT)
        for name in imported_by(file) - known
        if not {canonicalize_name(one) for one in distributions.get(name, ())} & set(locked())
    }
    assert wrong == set()


def imported_by(file: Path) -> set[str]:
    """The packages that a file imports, at its top or later."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
