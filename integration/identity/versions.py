"""Versions of the code, lists and packages that classification depends on. When one of them
changes, all addresses are classified again.
"""

import unicodedata
from hashlib import sha256
from importlib.metadata import version

from integration.identity.word_lists import FOLDER

# Increase it when the code classifies any address differently; tests/identity/test_versions.py
# fails until then.
CODE_VERSION = 1
PACKAGES = ("disposable-email-domains", "idna")


def rule_version() -> str:
    """A text that changes when the code, a list or a package may classify differently."""
    parts = [f"{package} {version(package)}" for package in PACKAGES]
    # Python contains the tables for lower case and composed letters.
    parts.append(f"unicode {unicodedata.unidata_version}")
    for file in sorted(FOLDER.iterdir()):
        parts.append(f"{file.name} {sha256(file.read_bytes()).hexdigest()}")
    digest = sha256("\n".join(parts).encode()).hexdigest()
    return f"{CODE_VERSION}-{digest[:16]}"


PSL_VERSION = version("publicsuffixlist")
RULE_VERSION = rule_version()
