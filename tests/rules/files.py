"""The files that the rules check."""

from pathlib import Path

from integration.settings import PROJECT


def files_of(*packages: str) -> list[Path]:
    found = [file for package in packages for file in sorted((PROJECT / package).rglob("*.py"))]
    assert found
    return found
