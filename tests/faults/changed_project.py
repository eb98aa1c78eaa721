"""A copy of the dbt project with another text in it, as an update of the product brings it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree
from types import SimpleNamespace

import pytest


@contextmanager
def updated(replace: dict[str, tuple[str, str]], *, folder: Path) -> Iterator[None]:
    """While it lasts, the pipeline runs a project in which file -> (text, its replacement)."""
    import orchestration.assets.dbt as assets
    import orchestration.dbt_project as product
    import orchestration.derive as derive

    copy = folder / "updated_project"
    copytree(product.dbt_project.project_dir, copy, ignore=ignore_patterns("target"))
    for name, (text, replacement) in replace.items():
        before = (copy / name).read_text()
        assert text in before, name
        (copy / name).write_text(before.replace(text, replacement, 1))
    parse = ["parse", "--quiet", "--project-dir", str(copy), "--profiles-dir", str(copy)]
    subprocess.run([str(Path(sys.executable).with_name("dbt")), *parse], check=True)
    project = SimpleNamespace(
        project_dir=copy, profiles_dir=copy, manifest_path=copy / "target" / "manifest.json"
    )
    with pytest.MonkeyPatch.context() as patch:
        for module in (product, derive, assets):
            patch.setattr(module, "dbt_project", project)
        yield
    rmtree(copy)
