"""Compares what an installation consists of with advisories in files, without a network."""

import sys
from collections.abc import Iterator
from pathlib import Path

from supply_chain.advisories import (
    CRATES,
    PYPI,
    Component,
    Finding,
    UnreadableError,
    findings,
    read_advisories,
)
from supply_chain.bundled import bundled
from supply_chain.locked import locked

FOUND, FAILED = 1, 2
# libpq has the versions of PostgreSQL, and advisories about it are advisories about PostgreSQL.
_UPSTREAM_NAMES = {"postgresql": "postgresql", "libpq": "postgresql", "openssl": "openssl"}


def components() -> list[Component]:
    """The packages of the lock, and what their wheels contain that advisories can name."""
    found = {Component(PYPI, name, version) for name, version in locked().items()}
    for one in bundled():
        if one.name in _UPSTREAM_NAMES and one.version:
            found.add(Component("", _UPSTREAM_NAMES[one.name], one.version))
        elif one.purl.startswith("pkg:cargo/"):
            found.add(Component(CRATES, one.name, one.version))
    return sorted(found)


def audit(path: Path) -> Iterator[Finding]:
    """UnreadableError if there are no advisories to compare with."""
    have = components()
    count = 0
    for advisory in read_advisories(path):
        count += 1
        yield from findings(advisory, have)
    if not count:
        raise UnreadableError(f"{path} contains no advisories.")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0]:
        print("Name a file or folder of advisories: make audit ADVISORIES=FILE", file=sys.stderr)
        return FAILED
    try:
        found = sorted(set(audit(Path(arguments[0]))))
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return FAILED
    for component, advisory, aliases, fixed in found:
        known_as = f" ({', '.join(aliases)})" if aliases else ""
        until = f"fixed in {fixed}" if fixed else "no fixed version known"
        print(f"{component.name} {component.version}: {advisory}{known_as}, {until}")
    if not found:
        print("No advisory affects an installed version.")
    return FOUND if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
