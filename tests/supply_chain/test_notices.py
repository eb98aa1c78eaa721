"""THIRD-PARTY-NOTICES is up to date."""

import re

from supply_chain.locked import locked
from supply_chain.notices import FILE, NO_TEXT, notices

RULE = "=" * 80
# These name a license, and contain no text of it.
WITHOUT_TEXT = {"antlr4-python3-runtime", "sqlglotc", "sqlglotrs"}


def sections() -> dict[str, str]:
    """The title of each notice, and the rest of it."""
    parts = FILE.read_text().split(f"{RULE}\n")[1:]
    return {title: rest for title, _, rest in (part.partition("\n") for part in parts)}


def test_every_package_of_an_installation_has_a_notice() -> None:
    titles = {f"{name} {version}" for name, version in locked().items()}
    postgresql = {
        title for title in sections() if re.fullmatch(r"postgresql \d+\.\d+ \(in .*\)", title)
    }
    assert postgresql
    assert set(sections()) - postgresql == titles


def test_every_notice_has_a_license_and_its_text() -> None:
    silent = set()
    for title, rest in sections().items():
        license_name, text = rest.split("\n\n", 1)
        assert license_name.removeprefix("License: ") not in ("", "not stated"), title
        if text.strip() == NO_TEXT:
            silent.add(title.split()[0])
    assert silent == WITHOUT_TEXT


def test_the_file_is_what_make_notices_writes() -> None:
    assert FILE.read_text() == notices()
