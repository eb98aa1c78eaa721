"""Chooses the folder for dbt's parsed project: one per target and version of the project.

dbt parses only changed files, but misses some changes: if an update changed a property file and a
downgrade restored it, dbt-core 1.11 keeps the updated one, and the model's contract fails. For
another target dbt parses everything, which takes 5 s.
"""

import hashlib
from pathlib import Path
from shutil import rmtree

KEPT = 2  # the current and the previous version of each target


def parsed_project(project: Path, work: Path, *, target: str) -> Path:
    """The folder below `work`; a new one replaces all but the latest few of its target."""
    folder = work / target / _version_of(project)
    if not folder.exists():
        used = sorted((work / target).glob("*/partial_parse.msgpack"), key=_time, reverse=True)
        for each in used[KEPT - 1 :]:
            rmtree(each.parent, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)  # a batch and the audit may start together
    return folder


def _version_of(project: Path) -> str:
    text = hashlib.sha256()
    for file in sorted(project.rglob("*")):
        name = file.relative_to(project)
        if file.suffix in (".sql", ".yml") and name.parts[0] != "target":
            text.update(f"{name}\n".encode() + file.read_bytes())
    return text.hexdigest()[:16]


def _time(file: Path) -> float:
    return file.stat().st_mtime
