"""An installation as it is at one moment, kept for all tests that go on from there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

from tests.commands.program import Program, program_with
from tests.databases import keep_as_template, new_database


@dataclass(frozen=True)
class Kept:
    template: str
    files: Path
    settings: Mapping[str, str]


def keep(program: Program, template: str, folder: Path) -> Kept:
    """Copies the database, which must have no open connections, and the files of the home."""
    files = folder / template
    # Without what dbt parsed, which each home has from elsewhere.
    copytree(program.home, files, symlinks=True, ignore=ignore_patterns("dbt"))
    keep_as_template(program.settings["DATABASE_URL"], template)
    return Kept(template, files, program.settings)


@contextmanager
def copy_of(kept: Kept, server_url: str) -> Iterator[Program]:
    """The program on a copy, with a home of its own, for one test."""
    with (
        new_database(server_url, template=kept.template) as url,
        program_with(**{**kept.settings, "DATABASE_URL": url}) as program,
    ):
        copytree(kept.files, program.home, symlinks=True, dirs_exist_ok=True)
        yield program
