"""Versions of the code, lists and packages that classification depends on. When one of them
changes, all addresses are classified again.
"""

import ast
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from integration.identity.word_lists import FOLDER

PACKAGES = ("confusable-homoglyphs", "disposable-email-domains", "idna")
RULES = Path(__file__).parent
DECIDING = RULES.parent / "pipeline" / "addresses" / "deciding.py"  # makes rows of the answers


def rule_version(*, rules: Path = RULES, lists: Path = FOLDER) -> str:
    """A text that changes when the code, a list or a package may classify differently."""
    parts = [f"{package} {version(package)}" for package in PACKAGES]
    # Python contains the tables for lower case and composed letters.
    parts.append(f"unicode {unicodedata.unidata_version}")
    for file in sorted(lists.iterdir()):
        parts.append(f"{file.name} {sha256(file.read_bytes()).hexdigest()}")
    for module in (*sorted(rules.glob("*.py")), DECIDING):
        parts.append(f"{module.name} {_code_of(module)}")
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _code_of(module: Path) -> str:
    """The module's code, the same whatever its comments, docstrings and line breaks are."""
    tree = ast.parse(module.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = _without_docstring(node.body)
    return ast.dump(tree)


def _without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return list(body)


PSL_VERSION = version("publicsuffixlist")
RULE_VERSION = rule_version()
