"""The README and .env.example keep up with the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.commands.main import COMMANDS
from integration.settings import PROJECT
from integration.settings_of_processes import OF_ANY_PROCESS
from tests.rules.settings import EXAMPLE, listed_settings

README = PROJECT / "README.md"
MARTS = PROJECT / "dbt_project" / "models" / "marts"
PACKAGES = ("integration", "orchestration", "simulator")
READERS = {"get", "require", "require_all", "_positive_int"}
SETTING = re.compile(r"[A-Z]+(_[A-Z]+)+")


def parsed(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for file in sorted((PROJECT / package).rglob("*.py")):
            yield file, ast.parse(file.read_text())


def settings_read_in(module: ast.Module) -> set[str]:
    """Setting names that are arguments of a reader, as a literal or as a constant of the module."""
    constants = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READERS
    ]
    arguments = [argument for call in calls for argument in call.args]
    arguments = [a.value if isinstance(a, ast.Starred) else a for a in arguments]
    written = [constants.get(a.id, a) if isinstance(a, ast.Name) else a for a in arguments]
    return {text for node in written for text in texts_in(node) if SETTING.fullmatch(text)}


def texts_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_the_example_lists_every_setting_that_the_code_reads() -> None:
    read = {
        name
        for _, module in parsed("integration", "orchestration")
        for name in settings_read_in(module)
    }
    assert read - listed_settings() == set()


def test_the_code_knows_every_setting_of_the_example() -> None:
    known: set[str] = set()
    for _, module in parsed("integration", "orchestration"):
        known |= {text for text in texts_in(module) if SETTING.fullmatch(text)}
        known |= {
            node.arg for node in ast.walk(module) if isinstance(node, ast.keyword) and node.arg
        }
    assert listed_settings() - known == set()


def test_every_setting_is_one_that_some_process_holds() -> None:
    """A process drops the settings that are not listed for it."""
    assert listed_settings() ^ OF_ANY_PROCESS == {"WORKSIGHTS_ZOOM_HOME"}


def test_the_example_explains_every_setting() -> None:
    """A comment precedes it, or precedes the block of settings that it belongs to."""
    paragraphs = EXAMPLE.read_text().strip().split("\n\n")
    unexplained = [p for p in paragraphs if "=" in p and not p.startswith("#")]
    assert unexplained == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_mentions_the_command(command: str) -> None:
    assert re.search(rf"(?<![\w-]){command}(?![\w-])", README.read_text())


def test_the_readme_mentions_every_setting() -> None:
    text = README.read_text()
    assert {name for name in listed_settings() if name not in text} == set()


def test_the_readme_mentions_every_mart() -> None:
    text = README.read_text()
    marts = {f"{file.parent.name}.{file.stem}" for file in MARTS.rglob("*.sql")}
    assert marts
    assert {mart for mart in marts if mart not in text} == set()


def files_in_tables(text: str) -> set[tuple[str, str]]:
    """Folder and file, of the rows that start with a folder, perhaps with some words on it."""
    rows = re.findall(r"^\| `([a-z_/]+)`(?:, [^|]+)? \| (.+) \|$", text, re.MULTILINE)
    return {(folder, name) for folder, row in rows for name in re.findall(r"`(\S+\.\w+)`", row)}


def test_the_files_that_the_readme_sends_to_exist() -> None:
    files = files_in_tables(README.read_text())
    assert len(files) > 50
    lost = {name for folder, name in files if not any((PROJECT / folder).rglob(Path(name).name))}
    assert lost == set()


def test_the_map_of_rules_names_each_file_where_it_is() -> None:
    section = README.read_text().partition("\n## Where to find a rule\n")[2].partition("\n## ")[0]
    files = files_in_tables(section)
    assert len(files) > 250
    lost = {f"{folder}/{name}" for folder, name in files if not (PROJECT / folder / name).is_file()}
    assert lost == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = {
        file.relative_to(PROJECT).as_posix()
        for file, module in parsed(*PACKAGES)
        if ast.get_docstring(module) is None
    }
    assert silent == set()


def test_every_command_says_what_it_does() -> None:
    from integration.commands.main import cli

    with cli.make_context("worksights-zoom", ["--help"], resilient_parsing=True) as context:
        silent = {name for name in COMMANDS if not cli.get_command(context, name).help}
    assert silent == set()
