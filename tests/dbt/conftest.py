"""Runs dbt's command line (adjusted.py) in a separate process: importing dbt warns, and here
warnings are errors.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integration.database.address import libpq_environment
from integration.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"

RunDbt = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def target_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt writes its manifest and its results."""
    return tmp_path_factory.mktemp("dbt_target")


@pytest.fixture(scope="session")
def run_dbt(target_path: Path) -> RunDbt:
    """Runs a dbt command on the project, with the database at `url` if the command needs one."""

    def run(*arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                str(Path(__file__).with_name("adjusted.py")),
                "--no-use-colors",
                *arguments,
                f"--project-dir={DBT_PROJECT}",
                f"--profiles-dir={DBT_PROJECT}",
                f"--target-path={target_path}",
                f"--log-path={target_path / 'logs'}",
            ],
            env=os.environ | (libpq_environment(url, folder=target_path) if url else {}),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def strict_parse(run_dbt: RunDbt) -> subprocess.CompletedProcess[str]:
    """Parses the whole project and treats every warning and deprecation as an error."""
    return run_dbt("--warn-error", "parse", "--no-partial-parse", "--show-all-deprecations")


@pytest.fixture(scope="session")
def manifest(strict_parse: subprocess.CompletedProcess[str], target_path: Path) -> dict[str, Any]:
    """What dbt knows about the project."""
    assert strict_parse.returncode == 0, strict_parse.stdout
    return json.loads((target_path / "manifest.json").read_text())
