"""SQL in Python can be pasted into psql. Its variable parts are filled in by psycopg.sql."""

import ast
import re

import pytest

from integration.settings import PROJECT
from tests.rules.files import files_of

STATEMENT = re.compile(
    r"\s*(select|insert into|update|delete from|create|drop|alter|where|order by|with \w+ as"
    r"|(left |inner |cross )?join|(and|from) [\w.]+ (=|<|>|is|in|as|where))\s"
)


def assembled_as_text(source: str) -> set[str]:
    """The lines of a file that assemble SQL, or fill it in, like any other text."""
    tree = ast.parse(source)
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and is_sql(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {
        f"line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call)
        and any(is_sql(piece, constants) for piece in pieces(node))
    }


def pieces(node: ast.JoinedStr | ast.BinOp | ast.Call) -> list[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        inner = [value.value for value in node.values if isinstance(value, ast.FormattedValue)]
        return [*node.values, *inner]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "replace", "join"):
        return [node.func.value]
    return []


def is_sql(node: ast.expr, constants: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in constants
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and STATEMENT.match(node.value) is not None
    )


def test_no_statement_is_assembled_as_text() -> None:
    found = {
        file.relative_to(PROJECT).as_posix(): places
        for file in files_of("integration", "orchestration")
        if (places := assembled_as_text(file.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "ask(f'select {a} from b')",
        "ask('select 1 ' + a)",
        "ask(a + ' where b')",
        "ask('update {} set a = 1'.format(b))",
        "A = '''\n    select a\n'''\nask(A + b)",
        "A = 'select {}'\nask(A.format(b))",
        "A = 'select b'\nask(f'{A} c')",
        "A = 'select b'\nask(A.replace('b', c))",
    ],
)
def test_the_rule_finds_each_way_of_assembling_a_statement(source: str) -> None:
    assert assembled_as_text(source)


def test_the_rule_lets_psycopg_assemble_a_statement() -> None:
    assert not assembled_as_text("A = SQL('select {}')\nask(A.format(b) + C, ['select'])")
