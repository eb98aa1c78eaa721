"""The dbt project's folder, and its manifest: dbt's parsed form of the project."""

import copy
import json
import subprocess
import sys
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from integration.settings import PROJECT

Manifest = dict[str, Any]

LIVE = "live"  # the target of profiles.yml whose tables everyone reads
FOLDER = PROJECT / "dbt_project"
MANIFEST = FOLDER / "target" / "manifest.json"


def read_manifest() -> Manifest:
    """The models' dependencies and configuration, by dbt's unique ids. Do not change it: a process
    reads the file once for each version of it.
    """
    return _read(MANIFEST, MANIFEST.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _changed_at: int) -> Manifest:
    manifest: Manifest = json.loads(path.read_text())
    return manifest


def ensure_manifest() -> None:
    """Creates the manifest again if the project is newer."""
    if MANIFEST.exists() and MANIFEST.stat().st_mtime >= newest_change(FOLDER):
        return
    # In a process of its own: most commands need no dbt.
    parse = [sys.executable, "-m", "integration.pipeline.dbt.parse"]
    subprocess.run(parse, cwd=PROJECT, check=True)


def write_live_state(folder: Path, *, database: str, own_functions: Collection[str]) -> Path:
    """Writes a manifest that says where the live tables and functions are, for dbt's
    `--defer-state`; returns its folder. The project's own was parsed without a database.

    dbt looks only for tables and views of one's own before it defers, so `own_functions`
    (schema.name, as in the live schemas) are left out.
    """
    manifest = copy.deepcopy(read_manifest())
    manifest["functions"] = {
        unique_id: node
        for unique_id, node in manifest["functions"].items()
        if f"{node['schema']}.{node['name']}" not in own_functions
    }
    for kind in ("nodes", "functions"):
        for node in manifest[kind].values():
            node["database"] = database
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, prefix="manifest", delete=False) as file:
        json.dump(manifest, file)
    Path(file.name).replace(folder / MANIFEST.name)  # another command may be reading it
    return folder


def newest_change(folder: Path) -> float:
    """When a file of the project in this folder was changed last."""
    written = (path for pattern in ("*.sql", "*.yml") for path in folder.rglob(pattern))
    return max(path.stat().st_mtime for path in written if "target" not in path.parts)
