"""The packages of requirements.lock: what an installation consists of."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent
LOCK = PROJECT / "requirements.lock"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)


def locked(lock: Path = LOCK) -> dict[str, str]:
    """Package -> version."""
    return {canonicalize_name(name): version for name, version in _PINNED.findall(lock.read_text())}


def installed() -> Iterator[tuple[str, Distribution]]:
    """The packages of the lock, as installed, in the order of their names. Exits if one is not
    installed in the version of the lock.
    """
    found: dict[str, Distribution] = {
        canonicalize_name(one.metadata["Name"]): one for one in distributions()
    }
    wanted = locked()
    absent = [
        f"{name} {version}"
        for name, version in wanted.items()
        if name not in found or found[name].version != version
    ]
    if absent:
        raise SystemExit(
            f"Not installed as requirements.lock says: {', '.join(absent)}. Run: make setup"
        )
    return ((name, found[name]) for name in sorted(wanted))
