"""What stays the same between two runs: ids, and the versions that show when something changed."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from integration.identity import versions, word_lists
from integration.identity.classify import classify
from integration.identity.ids import company_id, person_id
from integration.identity.rules import organization_rules
from tests.identity.cases import CASES, FLAGS, READABLE, UNREADABLE

# Code version -> a digest of its answers to the worked cases. If the test below fails, increase
# CODE_VERSION if the code answers differently (not if a list or the cases changed), and write the
# new digest here.
ANSWERS = {1: "66090c873707926c"}


def test_new_answers_come_with_a_new_code_version() -> None:
    without_settings = organization_rules(user_emails=[], own_domains=[], overrides={}, settings={})
    texts = [case[0] for case in (*READABLE, *UNREADABLE, *CASES)] + [case[1] for case in FLAGS]
    answers = "\n".join(repr(classify(text, without_settings)) for text in texts)
    digest = sha256(answers.encode(errors="surrogatepass")).hexdigest()[:16]
    assert digest == ANSWERS.get(versions.CODE_VERSION)


def test_a_change_of_any_list_changes_the_rule_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in word_lists.FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(versions, "FOLDER", tmp_path)
    seen = [versions.rule_version()]
    assert seen == [versions.RULE_VERSION]
    for file in sorted(tmp_path.iterdir()):
        file.write_text(file.read_text(encoding="utf-8") + "zzz\n", encoding="utf-8")
        seen.append(versions.rule_version())
    assert len(set(seen)) == len(seen) > 10


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
    assert loaded == {
        *("confusable_homoglyphs", "disposable_email_domains", "idna", "integration"),
        "publicsuffixlist",
    }
