"""Imports go one way, and some things are done in one place only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.settings import PROJECT
from tests.rules.files import files_of

PRODUCT = ("integration", "orchestration", "simulator")
# Room -> which of ours it may import besides itself. Arrows go down.
ROOMS = "integration."
PURE = (f"{ROOMS}settings", f"{ROOMS}identity", f"{ROOMS}zoom")
CONNECTIONS = (*PURE, f"{ROOMS}database")
PRIVACY = (*CONNECTIONS, f"{ROOMS}connections")
PIPELINE = (*PRIVACY, f"{ROOMS}privacy")
ABOVE = (
    *PIPELINE,
    f"{ROOMS}pipeline",
    f"{ROOMS}explain",
    f"{ROOMS}directory",
    f"{ROOMS}sign_in",
)
MAY_IMPORT = {
    f"{ROOMS}settings": (),
    f"{ROOMS}identity": (),
    # Pure functions: what arrives is cleaned before it is kept.
    f"{ROOMS}zoom": (f"{ROOMS}identity.cleaning",),
    f"{ROOMS}database": (f"{ROOMS}settings",),
    f"{ROOMS}connections": CONNECTIONS,
    f"{ROOMS}privacy": PRIVACY,
    f"{ROOMS}directory": CONNECTIONS,
    f"{ROOMS}sign_in": CONNECTIONS,
    f"{ROOMS}explain": CONNECTIONS,
    f"{ROOMS}pipeline": PIPELINE,
    f"{ROOMS}web": ABOVE,
    # The two that load their half of the product when they are asked for.
    f"{ROOMS}commands": (*ABOVE, f"{ROOMS}web.serve", "orchestration.batch"),
    "orchestration": ABOVE,
    "simulator": (),
}
DAGSTER = ("dagster", "dagster_dbt", "dagster_postgres")
DBT = ("dbt", "dbt_common")
RUNS_DBT = f"{ROOMS}pipeline.dbt"
# dagster-dbt's translation of a message, without its process; public is only the abstract class.
MESSAGE_OF_DBT = "dagster_dbt.core.dbt_cli_event.DbtCoreCliEventMessage"
MAY_IMPORT_DEFINITIONS = {"orchestration/batch.py"}


def module_name(file: Path) -> str:
    parts = file.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(file: Path, *, nested: bool = True) -> Iterator[str]:
    """What a file imports, as far as it can be a module: `from a.b import c` gives `a.b.c`.
    Without `nested` only what importing the file imports.
    """
    package = module_name(file).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree) if nested else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_the_layers_below_it(layer: str) -> None:
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of(*PRODUCT)
        if is_within(module_name(file), layer)
        for imported in imports_of(file)
        if is_within(imported, *PRODUCT) and not is_within(imported, layer, *MAY_IMPORT[layer])
    }
    assert wrong == set()


def test_every_module_belongs_to_a_layer() -> None:
    packages = {package for package in PRODUCT if (PROJECT / package / "__init__.py").exists()}
    homeless = {
        module_name(file)
        for file in files_of(*PRODUCT)
        if not is_within(module_name(file), *MAY_IMPORT)
    }
    assert homeless - packages == set()


def test_dagster_is_used_in_every_file_of_its_room_and_nowhere_else() -> None:
    of_dagster = {
        module_name(file)
        for file in files_of(*PRODUCT)
        if any(is_within(imported, *DAGSTER) for imported in imports_of(file))
    }
    room = {module_name(file) for file in files_of("orchestration") if file.name != "__init__.py"}
    assert of_dagster == room


def test_dbt_is_run_in_one_place() -> None:
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of(*PRODUCT)
        for imported in imports_of(file)
        if is_within(imported, *DBT) and not is_within(module_name(file), RUNS_DBT)
    }
    assert wrong == set()


def test_what_costs_seconds_is_imported_by_the_function_that_needs_it() -> None:
    """Every command would pay for it, and a sensor's tick for dbt."""
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of("integration")
        for imported in imports_of(file, nested=False)
        if is_within(imported, *DAGSTER, *DBT, "orchestration")
    }
    assert wrong == set()


def test_the_definitions_are_imported_only_where_a_run_begins() -> None:
    importers = {
        file.relative_to(PROJECT).as_posix()
        for file in files_of(*PRODUCT)
        for imported in imports_of(file)
        if is_within(imported, "orchestration.definitions")
    }
    assert importers == MAY_IMPORT_DEFINITIONS


def test_only_the_settings_touch_the_environment() -> None:
    readers = {
        file.relative_to(PROJECT).as_posix()
        for file in files_of(*PRODUCT)
        if touches_environment(file)
    }
    assert readers == {"integration/settings.py"}


def touches_environment(file: Path) -> bool:
    names = {"environ", "environb", "getenv", "putenv", "unsetenv"}
    of_os = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    }
    return bool(names & of_os) or any(f"os.{name}" in imports_of(file) for name in names)


def test_nobody_imports_the_insides_of_dagster() -> None:
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of(*PRODUCT)
        for imported in imports_of(file)
        if is_within(imported, "dagster._core", "dagster._utils", "dagster_dbt.core")
        and imported != MESSAGE_OF_DBT
    }
    assert wrong == set()
