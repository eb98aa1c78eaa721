"""Where dbt keeps what it has parsed: a folder for each text of the project and each prefix of its
schemas.

dbt parses the files that changed, as far as it sees them: a property file that an update changed
and a return to the version before changed back stays as the update had it (dbt-core 1.11), and
the model's contract fails. With other variables dbt parses everything, 5 s.
"""

import hashlib
from pathlib import Path
from shutil import rmtree

KEPT = 4  # a version and the one before, each with and without prefix


def parsed_project(project: Path, work: Path, *, schema_prefix: str) -> Path:
    """The folder below `work`; when it is a new one, all but the last few go."""
    folder = work / f"{schema_prefix}target" / _text_of(project)
    if not folder.exists():
        used = sorted(work.glob("*target/*/partial_parse.msgpack"), key=_time, reverse=True)
        for each in used[KEPT - 1 :]:
            rmtree(each.parent, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)  # a batch and the audit may begin at once
    return folder


def _text_of(project: Path) -> str:
    text = hashlib.sha256()
    for file in sorted(project.rglob("*")):
        name = file.relative_to(project)
        if file.suffix in (".sql", ".yml") and name.parts[0] != "target":
            text.update(f"{name}\n".encode() + file.read_bytes())
    return text.hexdigest()[:16]


def _time(file: Path) -> float:
    return file.stat().st_mtime
