"""dbt as its command line, in a process of its own: its import warns, and here warnings are errors."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from integration.settings import PROJECT
from integration.store.postgres import libpq_environment

DBT_PROJECT = PROJECT / "dbt_project"

RunDbt = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def target_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt writes its manifest and its results."""
    return tmp_path_factory.mktemp("dbt_target")


@pytest.fixture(scope="session")
def run_dbt(target_path: Path) -> RunDbt:
    """Runs a dbt command over the project, on the database of `url` where it needs one."""

    def run(*arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
        database = libpq_environment(url) if url else {}
        return subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")),
                "--no-use-colors",
                *arguments,
                f"--project-dir={DBT_PROJECT}",
                f"--profiles-dir={DBT_PROJECT}",
                f"--target-path={target_path}",
                f"--log-path={target_path / 'logs'}",
            ],
            env={**os.environ, **database},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
