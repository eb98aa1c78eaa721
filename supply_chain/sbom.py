"""Writes the bill of materials of an installation: CycloneDX 1.6, as JSON.

cyclonedx-py describes the Python packages of the environment. Those that only tests need are left
out, and what wheels contain besides Python is added.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from supply_chain.bundled import Bundled, bundled
from supply_chain.locked import PROJECT, locked

SPEC_VERSION = "1.6"
FILE = PROJECT / "worksights-zoom.cdx.json"
# The fields of a component in a wheel's own bill of materials that are kept. Others may refer to
# entries that are not kept.
_KEPT = ("type", "name", "version", "purl", "description", "hashes", "licenses", "properties")


def bill_of_materials() -> dict[str, Any]:
    packages = set(locked())
    bom = _described_environment()
    bom["components"] = [
        component
        for component in bom["components"]
        if canonicalize_name(component["name"]) in packages
    ]
    refs: dict[str, str] = {
        canonicalize_name(one["name"]): one["bom-ref"] for one in bom["components"]
    }
    inside: dict[str, list[str]] = {}
    for one in bundled():
        component = _component(one)
        bom["components"].append(component)
        inside.setdefault(refs[one.package], []).append(component["bom-ref"])
    bom["dependencies"] = _dependencies(bom, inside)
    return bom


def _described_environment() -> dict[str, Any]:
    """What cyclonedx-py reports about this environment."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    options = ["--pyproject", "pyproject.toml", "--spec-version", SPEC_VERSION, "--no-validate"]
    said = subprocess.run([*command, *options], cwd=PROJECT, stdout=subprocess.PIPE, check=True)
    described: dict[str, Any] = json.loads(said.stdout)
    return described


def _component(one: Bundled) -> dict[str, Any]:
    listed = {key: value for key, value in (one.listed or {}).items() if key in _KEPT}
    return {
        "type": "library",
        "name": one.name,
        **({"version": one.version} if one.version else {}),
        "purl": one.purl,
        **listed,
        "bom-ref": f"{one.package}/{one.file}/{one.purl}",
        "evidence": {"occurrences": [{"location": one.file}]},
    }


def _dependencies(bom: dict[str, Any], inside: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The edges between the listed components, and from each wheel to what it contains."""
    root = bom["metadata"]["component"]["bom-ref"]
    refs = {root, *(component["bom-ref"] for component in bom["components"])}
    known = {one["ref"]: one.get("dependsOn", []) for one in bom["dependencies"]}
    return [
        {
            "ref": ref,
            "dependsOn": sorted({*(to for to in known.get(ref, ()) if to in refs)})
            + inside.get(ref, []),
        }
        for ref in sorted(refs)
    ]


def main(file: Path = FILE) -> None:
    bom = bill_of_materials()
    file.write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n")
    print(f"{file.name}: {len(bom['components'])} components")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
