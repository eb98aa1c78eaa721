"""What stays the same between two runs: ids, and the versions that show when something changed."""

import subprocess
import sys
from pathlib import Path

from integration.identity import versions, word_lists
from integration.identity.ids import company_id, person_id


def test_a_change_of_any_list_changes_the_rule_version(tmp_path: Path) -> None:
    for file in word_lists.FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    seen = [versions.rule_version(lists=tmp_path)]
    assert seen == [versions.RULE_VERSION]
    for file in sorted(tmp_path.iterdir()):
        file.write_text(file.read_text(encoding="utf-8") + "zzz\n", encoding="utf-8")
        seen.append(versions.rule_version(lists=tmp_path))
    assert len(set(seen)) == len(seen) > 10


def test_a_change_of_any_module_changes_the_rule_version(tmp_path: Path) -> None:
    modules = sorted(versions.RULES.glob("*.py"))
    for module in modules:
        (tmp_path / module.name).write_bytes(module.read_bytes())
    seen = [versions.rule_version(rules=tmp_path)]
    assert seen == [versions.RULE_VERSION]
    for module in modules:
        file = tmp_path / module.name
        file.write_text(file.read_text() + "\n\ndef more() -> None: ...\n")
        seen.append(versions.rule_version(rules=tmp_path))
    assert len(set(seen)) == len(modules) + 1 > 10


def test_a_comment_or_a_docstring_changes_no_version(tmp_path: Path) -> None:
    for module in versions.RULES.glob("*.py"):
        text = module.read_text()
        assert '"""' in text
        (tmp_path / module.name).write_text(text.replace('"""', '"""In other words: ', 1) + "# !\n")
    assert versions.rule_version(rules=tmp_path) == versions.RULE_VERSION


def test_ids_never_change() -> None:
    assert person_id("org-1", "lena@nordwind.de") == "29d9f6f4-b064-5f5f-b945-082c39cb46e2"
    assert company_id("org-1", "nordwind.de") == "6ee2d762-bb7b-56fc-a256-08ebf2c29f08"


def test_identity_needs_no_more_than_its_lists() -> None:
    """Neither Dagster nor pandas, no database and no network: it is a pure function."""
    code = (
        "import sys, pkgutil, importlib, integration.identity as identity\n"
        "for each in pkgutil.iter_modules(identity.__path__):\n"
        "    importlib.import_module(f'integration.identity.{each.name}')\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    run = [sys.executable, "-S", "-c", f"import sys; sys.path = {sys.path!r}\n{code}"]
    found = subprocess.run(run, capture_output=True, text=True, check=True)
    loaded = {name for name in found.stdout.split() if not name.startswith("_")}
    assert {name.replace("-", "_") for name in (*versions.PACKAGES, "publicsuffixlist")} < loaded
    assert loaded == {
        *("confusable_homoglyphs", "disposable_email_domains", "idna", "integration"),
        "publicsuffixlist",
    }
