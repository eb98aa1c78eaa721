"""Writes THIRD-PARTY-NOTICES: the license of each package of an installation, and its text."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

from supply_chain.bundled import bundled
from supply_chain.locked import PROJECT, installed

FILE = PROJECT / "THIRD-PARTY-NOTICES"
POSTGRESQL_TEXT = Path(__file__).parent / "texts" / "postgresql.txt"
SAME_TEXT = "The package contains the same text as {}."
NO_TEXT = "The package contains no license text."
_TEXT = re.compile(r"(?i)\.dist-info/(?:.*/)?[^/]*(?:licen[cs]e|copying|notice)[^/]*$")
_LONGEST_NAME = 80  # a longer license field is the text of the license
_INTRODUCTION = """\
Third-party notices

This product is installed with the packages below, in the versions of requirements.lock. For each
package, this file names the license that the package states, and repeats the license texts that it
contains. It is written by `make notices`.
"""


def notices() -> str:
    parts, first = [_INTRODUCTION], dict[str, str]()
    for name, distribution in installed():
        texts = [
            SAME_TEXT.format(other) if (other := first.setdefault(text, name)) != name else text
            for text in _texts(distribution)
        ] or [NO_TEXT]
        parts.append(_notice(f"{name} {distribution.version}", _license_of(distribution), texts))
    servers = {one.version: one for one in bundled() if one.name == "postgresql"}
    for version, one in sorted(servers.items()):
        title = f"postgresql {version} (in {one.package})"
        parts.append(_notice(title, "PostgreSQL", [POSTGRESQL_TEXT.read_text().strip()]))
    return "\n".join(parts)


def _notice(title: str, license_name: str, texts: list[str]) -> str:
    return "\n".join(["=" * 80, title, f"License: {license_name}", "", "\n\n".join(texts), ""])


def _license_of(distribution: Distribution) -> str:
    """As the package states it: an SPDX expression, else a short name, else its classifiers."""
    metadata = distribution.metadata.json
    if expression := metadata.get("license_expression"):
        return str(expression)
    name = str(metadata.get("license") or "").strip().removeprefix("License :: OSI Approved :: ")
    if name and len(name) <= _LONGEST_NAME and "\n" not in name and "Copyright" not in name:
        return name
    classified = [
        text.rpartition(" :: ")[2]
        for text in metadata.get("classifier", ())
        if text.startswith("License :: ")
    ]
    return " or ".join(classified) or "not stated"


def _texts(distribution: Distribution) -> Iterator[str]:
    """Each text once, without trailing spaces."""
    seen: set[str] = set()
    for file in sorted(distribution.files or (), key=str):
        if _TEXT.search(file.as_posix()):
            raw = Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
            text = "\n".join(line.rstrip() for line in raw.splitlines()).strip()
            if text and text not in seen:
                seen.add(text)
                yield text


def main() -> None:
    FILE.write_text(notices())
    print(f"{FILE.name} is up to date.")


if __name__ == "__main__":
    main()
