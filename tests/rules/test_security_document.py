"""docs/SECURITY.md names only functions, commands and modules that exist, and all that connect."""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from integration.commands.main import COMMANDS, cli
from integration.settings import PROJECT
from integration.settings_sources import SECRETS
from tests.rules.files import files_of

DOCUMENT = PROJECT / "docs" / "SECURITY.md"
TEXT = DOCUMENT.read_text()
# A module that imports one of these can open a connection. Modules of the standard library that
# only define errors or answers are not in the list.
CONNECTING = ("requests", "httpx", "aiohttp", "smtplib", "urllib.request", "ftplib", "websockets")
OPENING = ("create_connection", "connect_ex", "HTTPSConnectionPool", "HTTPConnectionPool")
# These use only types and errors of what they import, or listen and do not connect.
NO_CLIENTS = {
    "integration/zoom/timed_answers.py",  # limits on the answers that others ask for
    "integration/commands/ports.py",
}


def table_below(heading: str) -> list[list[str]]:
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    return rows[2:]


def names_in(file: Path) -> set[str]:
    """The functions and classes of a file, methods included."""
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def test_every_named_function_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 60
    assert [pair for pair in named if pair[1] not in names_in(PROJECT / pair[0])] == []


def test_every_boundary_says_what_remains() -> None:
    parts = re.split(r"^### (\d+\..+)$", TEXT, flags=re.MULTILINE)
    boundaries = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert len(boundaries) == len(set(re.findall(r"\((\d+)\)", TEXT.partition("### 1.")[0])))
    assert [
        name for name, text in boundaries.items() if not re.search(r"Risks? that remains?: ", text)
    ] == []


COMMAND_LINES = sorted(
    {
        *re.findall(r"^ +(worksights-zoom .+)$", TEXT, re.MULTILINE),
        *(" ".join(one.split()) for one in re.findall(r"`(worksights-zoom [^`]+)`", TEXT)),
    }
)


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_every_command_of_an_incident_is_one_that_the_program_understands(line: str) -> None:
    _, name, *arguments = shlex.split(line.replace("FILE.csv", "README.md"))
    assert name in COMMANDS
    with cli.make_context("worksights-zoom", [], resilient_parsing=True) as context:
        command = cli.get_command(context, name)
        assert command is not None
        try:
            command.make_context(name, arguments, parent=context)
        except click.UsageError as error:
            pytest.fail(error.format_message())


def test_the_table_names_each_module_that_can_connect() -> None:
    named = {name for row in table_below("Outgoing connections") for name in backticked(row[4])}
    assert [one for one in named if not (PROJECT / one).exists()] == []
    connecting = {
        path
        for file in files_of("integration", "orchestration", "simulator")
        if (path := file.relative_to(PROJECT).as_posix()) not in NO_CLIENTS and can_connect(file)
    }
    unnamed = {path for path in connecting if not any(path.startswith(one) for one in named)}
    assert connecting - unnamed
    assert unnamed == set()


def backticked(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def can_connect(file: Path) -> bool:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            if any(alias.name.startswith(CONNECTING) for alias in node.names):
                return True
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module.startswith(CONNECTING):
                return True
            if any(alias.name in OPENING for alias in node.names):
                return True
        elif isinstance(node, ast.Attribute) and node.attr in OPENING:
            return True
    return False


def test_the_table_names_each_setting_with_an_address() -> None:
    named = {name for row in table_below("Outgoing connections") for name in backticked(row[3])}
    addresses = {name for name in SECRETS if name.endswith("_URL")}
    assert addresses | {"ZOOM_OAUTH_URL", "ZOOM_API_URL", "PUBLIC_URL"} == named - {"sign-in-with"}


def test_no_tool_reports_its_use() -> None:
    dagster = yaml.safe_load((PROJECT / "dagster.yaml").read_text())
    dbt = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text())
    assert dagster["telemetry"] == {"enabled": False}
    assert dbt["flags"]["send_anonymous_usage_stats"] is False
