"""From a text to the address in it, or to the reason why there is none.

What cannot be read is never repaired by guessing.
"""

import re
import unicodedata
from dataclasses import dataclass

from integration.identity.hosts import WHITE_SPACE, read_host

# Controls, soft hyphen, zero-width and direction marks, byte order mark.
INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
# A quoted run may be left open; then it reaches to the end.
_PIECES = r'(?:"(?:\\.|[^"\\])*(?:"|\\?\Z)|[^"{}])+'
_PIECES_AT_COMMAS = re.compile(_PIECES.replace("{}", ",;"), re.DOTALL)
_PIECES_AT_SPACES = re.compile(_PIECES.replace("{}", f",;{WHITE_SPACE}"), re.DOTALL)
_QUOTED_LOCAL = re.compile(r'"((?:\\.|[^"\\])*)"(?=@)', re.DOTALL)
_OPEN_QUOTED = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)', re.DOTALL)
_IN_ANGLE_BRACKETS = re.compile(r"[^<>]*<([^<>]*)>")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'(["\\])')
# Halves of surrogate pairs are no characters and fit into no database.
_ATOM = (
    rf"(?:(?![{WHITE_SPACE}\ud800-\udfff])[\u00a0-\U0010ffff]|[A-Za-z0-9!#$%&'*+\-/=?^_`{{|}}~])+"
)
_ATOMS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NOT_IN_QUOTED = re.compile(rf"(?! )[{WHITE_SPACE}\ud800-\udfff]")

LONGEST_LOCAL_PART = 64  # octets
LONGEST_ADDRESS = 254  # octets
SPACES = "".join(chr(n) for n in range(0x3001) if re.match(f"[{WHITE_SPACE}]", chr(n)))


@dataclass(frozen=True, slots=True)
class Address:
    """`local` without quotes, `host` as A-labels or an IP address in brackets."""

    local: str
    host: str

    @property
    def key(self) -> str:
        if _ATOMS.fullmatch(self.local):
            return f"{self.local}@{self.host}"
        escaped = _TO_ESCAPE.sub(r"\\\1", self.local)
        return f'"{escaped}"@{self.host}'


@dataclass(frozen=True, slots=True)
class Split:
    """`written`: the local part with its quotes; `local`: without them. `host` as in Address."""

    written: str
    local: str
    host: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """`reason` is one of those of the decision list: `empty`, `multiple_addresses`, ..."""

    reason: str


def person_key(text: str | None) -> str | None:
    """The key under which all spellings of an address meet; None when there is no address."""
    read = read_address(text)
    return read.key if isinstance(read, Address) else None


def read_address(text: str | None) -> Address | Unreadable:
    """The one address in a text such as `Ann <ann+zoom@acme.com>`, in the spelling of its key."""
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text or ""))
    if names_several(text):
        return Unreadable("multiple_addresses")
    text = without_wrapping(text)
    if _names_several(text, _PIECES_AT_SPACES):
        return Unreadable("multiple_addresses")
    if not text:
        return Unreadable("empty")
    split = split_address(text)
    return split if isinstance(split, Unreadable) else _folded(split)


def names_several(text: str) -> bool:
    """Whether a text, wrapping and all, is a list of addresses."""
    return _names_several(text, _PIECES_AT_COMMAS)


def _names_several(text: str, pieces: re.Pattern[str]) -> bool:
    if text.count("@") < 2:
        return False
    found = [piece for piece in pieces.findall(text) if "@" in _OPEN_QUOTED.sub("", piece)]
    return len(found) > 1


def without_wrapping(text: str) -> str:
    """An address without what may stand around it: white space, a name and angle brackets,
    `mailto:`, single quotes, a full stop at the end.
    """
    before = None
    while text != before:
        before = text
        text = text.strip(SPACES).rstrip(".,;")
        if inside := _IN_ANGLE_BRACKETS.fullmatch(text):
            text = inside[1]
        if text[:7].lower() == "mailto:":
            text = text[7:]
        if len(text) > 1 and text[0] == text[-1] == "'":
            text = text[1:-1]
    return text


def split_address(text: str) -> Split | Unreadable:
    """The two parts of an address; white space and wrapping are gone already."""
    quoted = _QUOTED_LOCAL.match(text)
    start = quoted.end() if quoted else 0
    ats = text.count("@", start)
    if ats != 1:
        return Unreadable("malformed_multi_at" if ats else "malformed_no_at")
    at = text.index("@", start)
    if (not quoted and at == 0) or (quoted and not quoted[1]):
        return Unreadable("malformed_empty_local")
    if at == len(text) - 1:
        return Unreadable("malformed_empty_domain")
    local = _ESCAPED.sub(r"\1", quoted[1]) if quoted else text[:at]
    if _NOT_IN_QUOTED.search(local) if quoted else not _ATOMS.fullmatch(local):
        return Unreadable("malformed_local")
    host = read_host(text[at + 1 :])
    if host is None:
        return Unreadable("malformed_domain")
    return Split(text[:at], local, host)


def _folded(split: Split) -> Address | Unreadable:
    """Case, tag, and Gmail's own rules taken away."""
    host = split.host
    if host.rpartition(".")[2] == "invalid":
        return Unreadable("reserved_invalid")
    local = unicodedata.normalize("NFC", split.local.lower())
    octets = len(local.encode())
    if octets > LONGEST_LOCAL_PART or octets + 1 + len(host) > LONGEST_ADDRESS:
        return Unreadable("malformed_too_long")
    local = local if local.startswith("+") else local.partition("+")[0]
    if host == "googlemail.com":
        host = "gmail.com"
    if host == "gmail.com":
        # What stood beside a dot may compose now.
        local = unicodedata.normalize("NFC", local.replace(".", "")) or local
    return Address(local, host)
