"""Imports go one way, and some things are done in only one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.settings import PROJECT
from tests.rules.files import files_of

PRODUCT = ("integration", "orchestration", "simulator")
# Package -> which of our packages it may import besides itself. Imports go down.
INTEGRATION = "integration."
PURE = (
    f"{INTEGRATION}settings",
    f"{INTEGRATION}settings_of_processes",
    f"{INTEGRATION}settings_of_tombstones",
    f"{INTEGRATION}settings_sources",
    f"{INTEGRATION}quantities",
    f"{INTEGRATION}dates",
    f"{INTEGRATION}logs",
    f"{INTEGRATION}log_limits",
    f"{INTEGRATION}identity",
    f"{INTEGRATION}zoom",
)
CONNECTIONS = (*PURE, f"{INTEGRATION}database")
PRIVACY = (*CONNECTIONS, f"{INTEGRATION}connections", f"{INTEGRATION}keys")
PIPELINE = (*PRIVACY, f"{INTEGRATION}privacy")
HEALING = (*CONNECTIONS, f"{INTEGRATION}connections", f"{INTEGRATION}privacy.releases")
ABOVE = (
    *PIPELINE,
    f"{INTEGRATION}pipeline",
    f"{INTEGRATION}healing",
    f"{INTEGRATION}explain",
    f"{INTEGRATION}figures",
    f"{INTEGRATION}directory",
    f"{INTEGRATION}sign_in",
    f"{INTEGRATION}causes",
    f"{INTEGRATION}notify",
    f"{INTEGRATION}housekeeping",
)
MAY_IMPORT = {
    f"{INTEGRATION}settings": (
        f"{INTEGRATION}settings_of_processes",
        f"{INTEGRATION}settings_of_tombstones",
        f"{INTEGRATION}settings_sources",
    ),
    f"{INTEGRATION}settings_of_processes": (),
    f"{INTEGRATION}settings_of_tombstones": (f"{INTEGRATION}settings_sources",),
    f"{INTEGRATION}settings_sources": (),
    f"{INTEGRATION}quantities": (),
    f"{INTEGRATION}logs": (f"{INTEGRATION}settings", f"{INTEGRATION}log_limits"),
    f"{INTEGRATION}log_limits": (),
    f"{INTEGRATION}dates": (),
    f"{INTEGRATION}identity": (f"{INTEGRATION}quantities",),
    # Pure functions, which clean what was received before it is stored.
    f"{INTEGRATION}zoom": (f"{INTEGRATION}identity.cleaning",),
    f"{INTEGRATION}database": (f"{INTEGRATION}settings",),
    f"{INTEGRATION}connections": CONNECTIONS,
    f"{INTEGRATION}keys": CONNECTIONS,
    f"{INTEGRATION}privacy": PRIVACY,
    f"{INTEGRATION}directory": CONNECTIONS,
    f"{INTEGRATION}sign_in": CONNECTIONS,
    f"{INTEGRATION}explain": CONNECTIONS,
    f"{INTEGRATION}figures": (*CONNECTIONS, f"{INTEGRATION}directory.time_zones"),
    f"{INTEGRATION}pipeline": PIPELINE,
    # Not what lands deliveries: healing only adds to the queue.
    f"{INTEGRATION}healing": HEALING,
    f"{INTEGRATION}housekeeping": CONNECTIONS,
    f"{INTEGRATION}causes": (
        *PIPELINE,
        f"{INTEGRATION}pipeline",
        f"{INTEGRATION}healing.days",
        f"{INTEGRATION}directory",
    ),
    # Mails hold sign-in links, and what their readers may see.
    f"{INTEGRATION}notify": (
        *PIPELINE,
        f"{INTEGRATION}figures",
        f"{INTEGRATION}directory",
        f"{INTEGRATION}sign_in",
        f"{INTEGRATION}causes",
    ),
    f"{INTEGRATION}web": ABOVE,
    # These two modules load their half of the product when a command needs it.
    f"{INTEGRATION}commands": (*ABOVE, f"{INTEGRATION}web.serve", "orchestration.batch"),
    "orchestration": ABOVE,
    "simulator": (),
}
DAGSTER = ("dagster", "dagster_dbt", "dagster_postgres", "dagster_webserver")
DBT = ("dbt", "dbt_common")
RUNS_DBT = f"{INTEGRATION}pipeline.dbt"
EXTENDS_DBT = f"{RUNS_DBT}.one_session"  # imported by a function that needs it
# dagster-dbt's translation of a message, without its process. Only its abstract class is public.
MESSAGE_OF_DBT = "dagster_dbt.core.dbt_cli_event.DbtCoreCliEventMessage"
MAY_IMPORT_DEFINITIONS = {"orchestration/batch.py"}


def module_name(file: Path) -> str:
    parts = file.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(file: Path, *, nested: bool = True) -> Iterator[str]:
    """The names that a file imports: `from a.b import c` gives `a.b.c`, which may be a module.
    Without `nested`, only those that are imported together with the file.
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


def test_every_file_of_orchestration_uses_dagster_and_no_other_file_does() -> None:
    importers = {
        module_name(file)
        for file in files_of(*PRODUCT)
        if any(is_within(imported, *DAGSTER) for imported in imports_of(file))
    }
    files = [file for file in files_of("orchestration") if file.name != "__init__.py"]
    assert importers == {module_name(file) for file in files}


def test_only_one_package_runs_dbt() -> None:
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of(*PRODUCT)
        for imported in imports_of(file)
        if is_within(imported, *DBT) and not is_within(module_name(file), RUNS_DBT)
    }
    assert wrong == set()


def test_slow_packages_are_imported_by_the_functions_that_need_them() -> None:
    """Otherwise every command would pay for them, and a sensor's tick would pay for dbt."""
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of("integration")
        for imported in imports_of(file, nested=False)
        if is_within(imported, *DAGSTER, *DBT, "orchestration", "pandas")
        if module_name(file) != EXTENDS_DBT
    }
    assert wrong == set()


def test_the_definitions_are_imported_only_where_a_run_starts() -> None:
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


def test_no_module_imports_the_internals_of_dagster() -> None:
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of(*PRODUCT)
        for imported in imports_of(file)
        if is_within(imported, "dagster._core", "dagster._utils", "dagster_dbt.core")
        and imported != MESSAGE_OF_DBT
    }
    assert wrong == set()


def test_no_test_imports_from_the_file_of_another() -> None:
    """What tests share is a module of its own, without tests."""
    wrong = {
        f"{module_name(file)} imports {imported}"
        for file in files_of("tests")
        for imported in imports_of(file)
        if is_within(imported, "tests")
        and any(part.startswith("test_") for part in imported.split(".")[:-1])
    }
    assert wrong == set()
