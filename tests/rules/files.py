"""The files that the rules check."""

from fnmatch import fnmatch
from pathlib import Path

from integration.settings import PROJECT


def files_of(*packages: str) -> list[Path]:
    found = [file for package in packages for file in sorted((PROJECT / package).rglob("*.py"))]
    assert found
    return found


NOT_OURS = [".git", *(PROJECT / ".gitignore").read_text().split()]


def our_files(*endings: str) -> list[Path]:
    """Every text file of the project that .gitignore does not exclude."""
    found = [
        path for path in sorted(walk(PROJECT)) if not endings or path.suffix.lstrip(".") in endings
    ]
    assert found
    return found


def walk(folder: Path) -> list[Path]:
    files = []
    for path in folder.iterdir():
        if path.is_symlink() or any(is_named_by(pattern, path) for pattern in NOT_OURS):
            continue
        files += walk(path) if path.is_dir() else [path]
    return files


def is_named_by(pattern: str, path: Path) -> bool:
    """Whether a line of .gitignore names the path. Our lines are names, or paths from the top."""
    pattern = pattern.rstrip("/")
    whole = path.relative_to(PROJECT).as_posix()
    return fnmatch(whole if "/" in pattern else path.name, pattern)
