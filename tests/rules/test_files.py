"""Files stay short and contain no path or address of the machine they were written on."""

import re

import pytest

from integration.settings import PROJECT
from tests.rules.files import our_files

LINES = 300
SQL_LINES = 150

# Assembled here, so that this file does not break its own rule.
HOMES = "|".join(["work", "root", "home", "Users"])
PATH_OF_A_MACHINE = re.compile(rf"(?<![\w.}}])/(?:{HOMES})" + r"/\w")
REGISTRIES = "|".join(["pypi", "python" + "hosted", "artifactory", "nexus", "npmjs", "registry"])
ADDRESS_OF_A_REGISTRY = re.compile(
    r"https?:" + rf"//[^/\s]*(?:{REGISTRIES})|" + "--(?:extra-)?" + "index-url", re.IGNORECASE
)


def too_long(ending: str, most: int) -> dict[str, int]:
    lines = {path: len(path.read_text().splitlines()) for path in our_files(ending)}
    return {str(path.relative_to(PROJECT)): n for path, n in lines.items() if n > most}


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in our_files():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:80]}")
    return found


@pytest.mark.parametrize("ending", ["py", "html", "css", "js", "yml", "toml"])
def test_files_are_short(ending: str) -> None:
    assert too_long(ending, LINES) == {}


def test_sql_files_are_short() -> None:
    assert too_long("sql", SQL_LINES) == {}


def test_no_file_contains_a_path_of_a_machine() -> None:
    assert lines_with(PATH_OF_A_MACHINE) == []


def test_no_file_contains_the_address_of_a_package_registry() -> None:
    assert lines_with(ADDRESS_OF_A_REGISTRY) == []
