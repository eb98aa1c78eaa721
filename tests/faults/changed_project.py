"""A copy of the dbt project with changed texts, which the pipeline runs instead of the project."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile, copytree, ignore_patterns, rmtree
from urllib.parse import urlsplit

import pytest

from integration.pipeline.dbt import parsed_project, project
from integration.pipeline.dbt.parse import main as parse_project
from integration.pipeline.dbt.parsed_project import PARSED
from integration.pipeline.dbt.parsed_project import parsed_project as folder_of
from tests.databases import parsed_projects


@contextmanager
def changed_project(files: dict[str, str], *, folder: Path) -> Iterator[Path]:
    """In the block, the pipeline runs a copy with these files (path -> text). Yields the copy.

    dbt parses only the changed files (0.5 s), because it starts from the project as it was parsed
    (5 s), whose parsed form stays where it is.
    """
    copy = folder / "changed_project"
    copytree(project.FOLDER, copy, ignore=ignore_patterns("target", "logs"))
    for name, text in files.items():
        assert (copy / name).read_text() != text, name
        (copy / name).write_text(text)
    database = urlsplit(os.environ["DATABASE_URL"]).path.removeprefix("/")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsed_project, "KEPT", 100)
        for target in ("live", "rebuild"):
            original, changed = (
                folder_of(each, parsed_projects(), target=target, database=database) / PARSED
                for each in (project.FOLDER, copy)
            )
            if original.exists():
                copyfile(original, changed)
        patch.setattr(project, "FOLDER", copy)
        yield copy
    rmtree(copy)


@contextmanager
def updated(replace: dict[str, tuple[str, str]], *, folder: Path) -> Iterator[None]:
    """In the block, the pipeline runs a changed project and knows it, as after an update.
    `replace`: file -> (text, new text).
    """
    files = {}
    for name, (text, replacement) in replace.items():
        before = (project.FOLDER / name).read_text()
        assert text in before, name
        files[name] = before.replace(text, replacement, 1)
    with changed_project(files, folder=folder) as copy, pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "MANIFEST", parse(copy))
        yield


def parse(copy: Path) -> Path:
    """dbt's manifest of the changed project."""
    target = copy / "target"
    target.mkdir()
    copyfile(project.MANIFEST.with_name(PARSED), target / PARSED)
    assert parse_project(copy, from_scratch=False) == 0
    return target / "manifest.json"
