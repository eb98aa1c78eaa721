"""Plain English: words of the house dialect that no text, name or comment uses."""

import re

import pytest

from integration.settings import PROJECT
from tests.rules.files import our_files

# Put together here, so that this file is not its own finding.
AVOIDED = [
    *("tol" + "d", "tell" + "s", "speak" + "s of", "stand" + "s", "begu" + "n"),
    *("men" + "d", "men" + "ds", "men" + "ded"),
    *("come" + "s and goes", "by itsel" + "f", "by themselve" + "s", "by han" + "d"),
]
# What readers see has one word for each thing: everyone, email, the Privacy page, your own domains.
AVOIDED_ON_PAGES = re.compile(
    r"\b(?:(?i:(?:some|every|any)body|mails|(?:a|this) mail|an own|for good|any more|concerns)\b|"
    r"(?i:concerned\b)|[Tt]he page [A-Z])"
)
# Migrations are never edited; the lists hold names of hosts; in the worlds it is somebody's name.
EXCEPTIONS = (
    "integration/database/migrations/before/",
    "integration/identity/lists/",
    "tests/laws/worlds/users.py",
)


@pytest.mark.parametrize("words", AVOIDED)
def test_no_text_uses_these_words(words: str) -> None:
    pattern = re.compile(rf"(?<![a-zA-Z]){words.replace(' ', '[ _]')}(?![a-zA-Z])", re.IGNORECASE)
    found = [
        f"{name}:{number}"
        for path in our_files("py", "sql", "yml", "html", "js", "css", "md", "toml", "example")
        if not (name := path.relative_to(PROJECT).as_posix()).startswith(EXCEPTIONS)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_page_and_no_letter_has_two_words_for_one_thing() -> None:
    code = re.compile(r'\{#.*?#\}|name="\w+"|\{%.*?%\}|\{\{ \w+ \}\}', re.DOTALL)
    found = {
        path.relative_to(PROJECT).as_posix(): words
        for path in (*our_files("html"), *(PROJECT / "integration/notify/letters").glob("*.txt"))
        if (words := AVOIDED_ON_PAGES.findall(code.sub("", path.read_text())))
    }
    assert found == {}
