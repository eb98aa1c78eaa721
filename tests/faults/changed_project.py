"""A copy of the dbt project with a changed text, as in an update of the product."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

import pytest

from integration.pipeline.dbt import project


@contextmanager
def updated(replace: dict[str, tuple[str, str]], *, folder: Path) -> Iterator[None]:
    """In the block, the pipeline runs a changed project. `replace`: file -> (text, new text)."""
    copy = folder / "updated_project"
    copytree(project.FOLDER, copy, ignore=ignore_patterns("target"))
    for name, (text, replacement) in replace.items():
        before = (copy / name).read_text()
        assert text in before, name
        (copy / name).write_text(before.replace(text, replacement, 1))
    parse = ["parse", "--quiet", "--project-dir", str(copy), "--profiles-dir", str(copy)]
    subprocess.run([str(Path(sys.executable).with_name("dbt")), *parse], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "FOLDER", copy)
        patch.setattr(project, "MANIFEST", copy / "target" / "manifest.json")
        yield
    rmtree(copy)
