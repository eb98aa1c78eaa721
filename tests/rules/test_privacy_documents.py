"""docs/privacy and docs/SECURITY.md name only tests, files, commands, settings and tables that
exist, and the roles of each right.
"""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import click
import pytest

from integration.commands.main import COMMANDS, cli
from integration.directory.rights import RIGHTS, Right, who_may
from integration.privacy.settings import NEVER, RETENTION, VALUES
from integration.settings import PROJECT
from integration.web.pages import PAGES
from tests.rules.settings import listed_settings

FOLDER = PROJECT / "docs" / "privacy"
OTHERS = [PROJECT / "docs" / name for name in ("SECURITY.md", "accessibility.md")]
DOCUMENTS = [*sorted(FOLDER.glob("*.md")), *OTHERS]
MIGRATIONS = PROJECT / "integration" / "database" / "migrations"
# Written in capitals like settings, to be replaced by the reader.
PLACEHOLDERS = {"ORGANIZATION_ID", "NAME_FILE", "NAME_COMMAND"}

for_every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.stem)


def code_in(document: Path) -> list[str]:
    """The texts between backticks; one may run over the end of a line."""
    return [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", document.read_text())]


@cache
def names_of_tests(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def named_tests(text: str) -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)


def sections_of(document: Path, heading: str) -> dict[str, str]:
    """The parts of a document below each heading of this level."""
    parts = re.split(rf"^{heading} (.+)$", document.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@for_every_document
def test_every_named_test_exists(document: Path) -> None:
    named = named_tests(document.read_text())
    lost = [
        f"{file}::{name}"
        for file, name in named
        if not (PROJECT / file).exists() or name not in names_of_tests(PROJECT / file)
    ]
    assert lost == []


def test_every_risk_names_a_test_and_says_what_remains() -> None:
    risks = {
        name: text
        for name, text in sections_of(FOLDER / "dpia.md", "###").items()
        if re.match(r"\d+\.", name)
    }
    assert len(risks) > 10
    assert [name for name, text in risks.items() if not named_tests(text)] == []
    assert [name for name, text in risks.items() if "What remains: " not in text] == []


@for_every_document
def test_every_named_file_exists(document: Path) -> None:
    names = [one.partition("::")[0] for one in code_in(document)]
    files = [one for one in names if re.fullmatch(r"\w[\w./-]*/[\w.-]+\.\w+", one)]
    assert [one for one in files if not (PROJECT / one).exists()] == []


@for_every_document
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", document.read_text()):
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
            assert anchor in [anchor_of(one) for one in headings], target


def anchor_of(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@for_every_document
def test_every_named_command_and_option_exists(document: Path) -> None:
    for one in code_in(document):
        if not one.startswith("worksights-zoom "):
            continue
        _, name, *rest = one.split()
        assert name in COMMANDS, one
        options = {option for parameter in command_of(name).params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, one


def command_of(name: str) -> click.Command:
    module = importlib.import_module(f"integration.commands.{COMMANDS[name]}")
    command: click.Command = getattr(module, name.replace("-", "_"))
    assert name in cli.list_commands(click.Context(cli))
    return command


@for_every_document
def test_every_named_setting_exists(document: Path) -> None:
    named = {one for one in code_in(document) if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", one)}
    assert named - listed_settings() - PLACEHOLDERS == set()
    written = re.findall(r"`(\w+) = (\w+)`", document.read_text())
    known = {RETENTION: (NEVER,), **VALUES}
    assert [pair for pair in written if pair[1] not in known.get(pair[0], ())] == []


def test_the_settings_are_listed_with_their_values_and_the_default_first() -> None:
    text = (FOLDER / "README.md").read_text()
    for name, values in VALUES.items():
        assert f"| `{name}` | {', '.join(f'`{value}`' for value in values)} |" in text
    assert f"| `{RETENTION}` |" in text


@for_every_document
def test_every_named_table_exists(document: Path) -> None:
    created = "".join(
        file.read_text() for file in MIGRATIONS.rglob("*") if file.suffix in (".py", ".sql")
    )
    named = {one for one in code_in(document) if re.fullmatch(r"integration\.[a-z_]+", one)}
    assert {one for one in named if f"create table {one} (" not in created} == set()


@for_every_document
def test_every_named_page_exists(document: Path) -> None:
    named = {one for one in code_in(document) if re.fullmatch(r"/[a-z/-]+", one)}
    assert named <= {route.path for route in PAGES}


def test_works_councils_read_which_roles_have_each_right() -> None:
    text = sections_of(FOLDER / "for-works-councils.md", "##")["Who sees what"]
    listed = re.findall(r"^\| (.+?) \| (.+?) \|$", text, re.MULTILINE)[1:]
    expected = {
        str(right): "everyone" if right is Right.SEE_OWN else who_may(right)
        for right in Right
        if right not in (Right.ANYONE, Right.SIGNED_IN)
    }
    assert dict(listed) == expected
    assert len(listed) == len(expected)
    assert "Those who report to a Manager" in text
    of_leaders = {Right.SEE_REPORTS, Right.SEE_TOPICS_OF_REPORTS, Right.SEE_TEAM}
    assert RIGHTS["manager"] - RIGHTS["member"] == of_leaders


def test_employees_read_which_roles_see_their_data() -> None:
    text = " ".join((FOLDER / "notice-for-employees.md").read_text().split())
    assert f"- {who_may(Right.SEE_EVERY_TIMELINE)} see everyone's day" in text
    managers = "Managers see the same for everyone who reports to them, directly or through others"
    assert f"- {managers}, except the pages about clients." in text
    assert f"- {who_may(Right.SEE_EVERY_OUTCOME)} see everyone's sessions" in text
    assert who_may(Right.SEE_EVERY_TOPIC) == who_may(Right.SEE_EVERY_TIMELINE)
