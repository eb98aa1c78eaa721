"""Chooses the folder for dbt's parsed project: one per target, database and version of the project.

dbt parses only changed files, but misses some changes: if an update changed a property file and a
downgrade restored it, dbt-core 1.11 keeps the updated one, and the model's contract fails. For
another target or another name of the database, dbt parses everything, which takes 5 s. What `make`
has parsed is for the target `live` and the embedded database.
"""

import hashlib
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import NamedTemporaryFile
from urllib.parse import quote

from integration.pipeline.dbt.project import LIVE, newest_change

PARSED = "partial_parse.msgpack"
KEPT = 2  # the current and the previous version for each target and database


def parsed_project(project: Path, work: Path, *, target: str, database: str) -> Path:
    """The folder below `work`; a new one replaces all but the latest few next to it."""
    versions = work / target / quote(database, safe="")
    folder = versions / _version_of(project)
    if not folder.exists():
        used = sorted(versions.glob(f"*/{PARSED}"), key=_time, reverse=True)
        for each in used[KEPT - 1 :]:
            rmtree(each.parent, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)  # a batch and the audit may start together
        made = project / "target" / PARSED
        if target == LIVE and made.exists() and _time(made) >= newest_change(project):
            with NamedTemporaryFile(dir=folder, delete=False) as copy:
                copyfile(made, copy.name)
            Path(copy.name).replace(folder / PARSED)
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
