"""Advisories in the OSV format, as databases publish them: which versions each one affects."""

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

PYPI, CRATES = "PyPI", "crates.io"
NOT_OSV = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
# Ecosystems with upstream's own versions: PostgreSQL and OpenSSL are in no package registry.
UPSTREAM = ("", "Bitnami", "GIT")
_REPOSITORY = {
    "postgresql": re.compile(
        r"^\w+://(github\.com/postgres/postgres|git\.postgresql\.org/(.*[/=])?postgresql)"
        r"(\.git)?/?$"
    ),
    "openssl": re.compile(
        r"^\w+://(github\.com/openssl/openssl|git\.openssl\.org/(.*[/=])?openssl)(\.git)?/?$"
    ),
}
_TAG = re.compile(r"^(?:REL_?|openssl-|v)?(?=\d)", re.IGNORECASE)


class UnreadableError(Exception):
    """The advisories cannot be read; the message is one sentence."""


class Component(NamedTuple):
    ecosystem: str
    name: str
    version: str

    @property
    def subject(self) -> str:
        """Its ecosystem, or its name if it is in no package registry."""
        return self.ecosystem or self.name


class Finding(NamedTuple):
    component: Component
    advisory: str
    aliases: tuple[str, ...]
    fixed: str


def read_advisories(path: Path) -> Iterator[dict[str, Any]]:
    """The advisories in a JSON file, a zip of such files, or a folder of both."""
    try:
        for name, text in _texts(path):
            try:
                read = json.loads(text)
                advisories = read if isinstance(read, list) else [read]
                for advisory in advisories:
                    _check(advisory)
            except NOT_OSV as error:
                raise UnreadableError(f"{name} is not an advisory in the OSV format.") from error
            yield from advisories
    except FileNotFoundError as error:
        raise UnreadableError(f"{path} does not exist.") from error
    except (OSError, BadZipFile, zlib.error, RuntimeError) as error:
        raise UnreadableError(f"{path} cannot be read: {error}.") from error


def _texts(path: Path) -> Iterator[tuple[str, bytes]]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.suffix == ".zip":
            with ZipFile(file) as archive:
                for name in archive.namelist():
                    if name.endswith(".json"):
                        yield f"{file.name}/{name}", archive.read(name)
        elif file.suffix == ".json" or file == path:
            yield file.name, file.read_bytes()


def _check(advisory: dict[str, Any]) -> None:
    """Raises one of NOT_OSV for anything else than an advisory."""
    str.strip(advisory["id"])
    for affected in advisory.get("affected") or ():
        package = affected.get("package") or {}
        str.strip(package.get("name", "")), str.strip(package.get("ecosystem", ""))
        list(map(str.strip, affected.get("versions") or ()))
        for one in affected.get("ranges") or ():
            str.strip(one["type"])
            for event in one["events"]:
                list(map(str.strip, event.values()))


def subjects(advisory: dict[str, Any]) -> set[str]:
    """The subjects of the components that the advisory is about: none once it is withdrawn."""
    return set().union(*map(_subjects, _affected(advisory)))


def findings(advisory: dict[str, Any], components: Sequence[Component]) -> Iterator[Finding]:
    """The components that the advisory affects: none once it is withdrawn."""
    for affected in _affected(advisory):
        for component in _named(affected, components):
            if _is_affected(affected, component.version):
                aliases = tuple(advisory.get("aliases") or ())
                fixed = _fixed_in(affected, component.version)
                yield Finding(component, advisory["id"], aliases, fixed)


def _affected(advisory: dict[str, Any]) -> list[dict[str, Any]]:
    return [] if advisory.get("withdrawn") else advisory.get("affected") or []


def _subjects(affected: dict[str, Any]) -> set[str]:
    package = affected.get("package") or {}
    ecosystem, name = package.get("ecosystem", ""), package.get("name", "")
    if package:
        return {name.lower() if ecosystem in UPSTREAM else ecosystem.partition(":")[0]}
    # Advisories made from CVE records name the repository only.
    repositories = [one.get("repo", "") for one in affected.get("ranges") or ()]
    return {subject for subject, one in _REPOSITORY.items() if any(map(one.search, repositories))}


def _named(affected: dict[str, Any], components: Sequence[Component]) -> list[Component]:
    """The components that it is about, whatever their versions."""
    about = _subjects(affected)
    name = canonicalize_name((affected.get("package") or {}).get("name", ""))
    return [
        one
        for one in components
        if one.subject in about and (not one.ecosystem or canonicalize_name(one.name) == name)
    ]


def _is_affected(affected: dict[str, Any], version: str) -> bool:
    """By the list of versions, or by a range. What cannot be compared is affected: a version that
    cannot be read, and any version if the advisory names only commits.
    """
    own = _parsed(version)
    versions = affected.get("versions") or ()
    ranges = [one for one in affected.get("ranges") or () if one["type"] != "GIT"]
    if own is None or not (versions or ranges):
        return True
    return any(_parsed(one) == own for one in versions) or any(
        _is_in_range(own, one["events"]) for one in ranges
    )


def _is_in_range(version: Version, events: list[dict[str, str]]) -> bool:
    """Whether the last event up to the version starts a range. If an event's version cannot be
    read, the range starts at the first version, or does not end.
    """
    first = Version("0.dev0")
    steps = [
        (_parsed(text) or first, kind)
        for event in events
        for kind, text in event.items()
        if kind == "introduced" or _parsed(text)
    ]
    is_in = False
    for at, kind in sorted(steps, key=lambda step: step[0]):
        if kind == "introduced" and (at <= version or at == Version("0")):
            is_in = True
        elif (kind in ("fixed", "limit") and at <= version) or (
            kind == "last_affected" and at < version
        ):
            is_in = False
    return is_in


def _fixed_in(affected: dict[str, Any], version: str) -> str:
    """The lowest fixed version above this one, or ""."""
    own = _parsed(version)
    fixed = [
        (at, event["fixed"])
        for one in affected.get("ranges") or ()
        if one["type"] != "GIT"
        for event in one["events"]
        if "fixed" in event and (at := _parsed(event["fixed"])) and (own is None or at > own)
    ]
    return min(fixed)[1] if fixed else ""


def _parsed(text: str) -> Version | None:
    """A version, or a tag such as REL_16_14, as PEP 440 orders them."""
    plain = _TAG.sub("", text.strip())
    try:
        return Version(plain if plain == text else plain.replace("_", "."))
    except InvalidVersion:
        return None
