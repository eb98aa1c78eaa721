"""Compares what an installation consists of with advisories in files, without a network."""

import functools
import sys
from collections import Counter
from pathlib import Path

from supply_chain.advisories import (
    CRATES,
    PYPI,
    Component,
    Finding,
    UnreadableError,
    findings,
    read_advisories,
    subjects,
)
from supply_chain.bundled import bundled
from supply_chain.locked import locked

FOUND, FAILED = 1, 2
# libpq has the versions of PostgreSQL, and advisories about it are advisories about PostgreSQL.
_UPSTREAM_NAMES = {"postgresql": "postgresql", "libpq": "postgresql", "openssl": "openssl"}
# What the components of an installation are, and OSV's ecosystem with advisories about them.
SUBJECTS = {
    PYPI: ("Python packages", "PyPI"),
    CRATES: ("Rust packages", "crates.io"),
    "postgresql": ("PostgreSQL", "Bitnami"),
    "openssl": ("OpenSSL", "GIT"),
}


@functools.cache
def components() -> tuple[Component, ...]:
    """The packages of the lock, and what their wheels contain that advisories can name. They are
    looked at once, which takes a second.
    """
    found = {Component(PYPI, name, version) for name, version in locked().items()}
    for one in bundled():
        if one.purl.startswith("pkg:cargo/"):  # first, because a Rust package is named openssl
            found.add(Component(CRATES, one.name, one.version))
        elif one.name in _UPSTREAM_NAMES and one.version:
            found.add(Component("", _UPSTREAM_NAMES[one.name], one.version))
    return tuple(sorted(found))


def audit(path: Path) -> tuple[list[Finding], Counter[str]]:
    """What is affected, and how many advisories are about each subject. UnreadableError if there
    are no advisories at all.
    """
    have = components()
    found: set[Finding] = set()
    counts: Counter[str] = Counter()
    is_empty = True
    for advisory in read_advisories(path):
        is_empty = False
        found.update(findings(advisory, have))
        counts.update(subjects(advisory))
    if is_empty:
        raise UnreadableError(f"{path} contains no advisories.")
    return sorted(found), counts


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0]:
        print("Name a file or folder of advisories: make audit ADVISORIES=FILE", file=sys.stderr)
        return FAILED
    try:
        found, counts = audit(Path(arguments[0]))
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return FAILED
    about = ", ".join(f"{counts[one]} about {name}" for one, (name, _) in SUBJECTS.items())
    print(f"Advisories: {about}")
    for component, advisory, aliases, fixed in found:
        known_as = f" ({', '.join(aliases)})" if aliases else ""
        until = f"fixed in {fixed}" if fixed else "no fixed version known"
        print(f"{component.name} {component.version}: {advisory}{known_as}, {until}")
    if missing := [SUBJECTS[one] for one in SUBJECTS if not counts[one]]:
        names, ecosystems = zip(*missing, strict=True)
        print(
            f"{arguments[0]} contains no advisories about {' or '.join(names)}. Name a folder that "
            f"also contains what OSV publishes for {' and '.join(ecosystems)}.",
            file=sys.stderr,
        )
        return FAILED
    if not found:
        print("No advisory affects an installed version.")
    return FOUND if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
