"""What wheels contain besides Python: PostgreSQL's server, libpq, OpenSSL and other libraries.

PostgreSQL, libpq and OpenSSL report their own versions. The versions of other libraries are known
if the wheel lists them (PEP 770).
"""

import ctypes
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from supply_chain.locked import installed

# Wheels name these libraries after what they are, with a digest of their content.
_LIBPQ = re.compile(r"(^|/)libpq-[0-9a-f]+\.so")
_LIBCRYPTO = re.compile(r"(^|/)libcrypto-[0-9a-f]+\.so")
_SERVER = re.compile(r"(^|/)bin/postgres$")
# Any other library. Only the version of its interface is in its name.
_LIBRARY = re.compile(r"\.libs/(\w+?)_?(?:-[0-9a-f]{6,})+\.so[.0-9]*$")
_LISTED = re.compile(r"\.dist-info/sboms/[^/]+\.json$")


@dataclass(frozen=True)
class Bundled:
    """`package` is the Python package that contains it. The version is empty if it is not known.
    `listed` is the wheel's own description, if any.
    """

    package: str
    name: str
    version: str
    file: str
    listed: dict[str, Any] | None = None

    @property
    def purl(self) -> str:
        if self.listed:
            return str(self.listed["purl"])
        return f"pkg:generic/{self.name}" + (f"@{self.version}" if self.version else "")


def bundled() -> Iterator[Bundled]:
    """What all packages of the lock contain."""
    for package, distribution in installed():
        yield from _measured(package, distribution)
        yield from _listed(package, distribution)


def _measured(package: str, distribution: Distribution) -> Iterator[Bundled]:
    for file in distribution.files or ():
        path = Path(str(file.locate()))
        for pattern, name, version_of in (
            (_SERVER, "postgresql", _version_of_server),
            (_LIBPQ, "libpq", _version_of_libpq),
            (_LIBCRYPTO, "openssl", _version_of_openssl),
        ):
            if pattern.search(file.as_posix()):
                yield Bundled(package, name, version_of(path), file.as_posix())
                break
        else:
            if library := _LIBRARY.search(file.as_posix()):
                yield Bundled(package, library[1], "", file.as_posix())


def _version_of_server(program: Path) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


def _version_of_libpq(library: Path) -> str:
    number = ctypes.CDLL(str(library)).PQlibVersion()
    return f"{number // 10000}.{number % 10000}"


def _version_of_openssl(library: Path) -> str:
    version = ctypes.CDLL(str(library)).OpenSSL_version
    version.restype = ctypes.c_char_p
    return str(version(0).decode().split()[1])


def _listed(package: str, distribution: Distribution) -> Iterator[Bundled]:
    """Each library once, without the package itself, which some wheels list as well."""
    seen: set[str] = set()
    for file in distribution.files or ():
        if not _LISTED.search(file.as_posix()):
            continue
        for component in json.loads(Path(str(file.locate())).read_text()).get("components", ()):
            purl = component.get("purl", "")
            if purl and purl not in seen and not purl.startswith("pkg:pypi/"):
                seen.add(purl)
                name, version = component["name"], component.get("version", "")
                yield Bundled(package, name, version, file.as_posix(), component)
