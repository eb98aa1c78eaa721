"""Every command says whose sessions it shows, and records it in the access log."""

import ast
import importlib.util
from pathlib import Path

import pytest

from integration.commands.main import COMMANDS, SHOW_NOBODY, SHOWS


def test_every_command_says_whose_data_it_shows() -> None:
    assert SHOWS.keys() | SHOW_NOBODY == COMMANDS.keys()
    assert not SHOWS.keys() & SHOW_NOBODY


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_records_what_it_says_and_nothing_else(command: str) -> None:
    found = importlib.util.find_spec(f"integration.commands.{COMMANDS[command]}")
    assert found is not None
    assert found.origin is not None
    calls = [
        node
        for node in ast.walk(ast.parse(Path(found.origin).read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "record_access"
    ]
    recorded = [
        ast.unparse(keyword.value)
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "act"
    ]
    assert recorded == ([f"Act.{SHOWS[command].name}"] if command in SHOWS else [])
