"""Parses the email address in a text, or returns the reason why there is none.

An invalid address is never repaired by guessing.
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
# A quotation without a closing quote extends to the end.
_PIECES = r'(?:"(?:\\.|[^"\\])*(?:"|\\?\Z)|[^"{}])+'
_PIECES_AT_COMMAS = re.compile(_PIECES.replace("{}", ",;"), re.DOTALL)
_PIECES_AT_SPACES = re.compile(_PIECES.replace("{}", f",;{WHITE_SPACE}"), re.DOTALL)
_QUOTED_LOCAL = re.compile(r'"((?:\\.|[^"\\])*)"(?=@)', re.DOTALL)
_OPEN_QUOTED = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)', re.DOTALL)
_IN_ANGLE_BRACKETS = re.compile(r"[^<>]*<([^<>]*)>")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'(["\\])')
# Halves of surrogate pairs are not characters and cannot be stored in a database.
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
    """`local` is without quotes; `host` is in A-labels, or an IP address in brackets."""

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
    """`written` is the local part with its quotes, `local` without them; `host` as in Address."""

    written: str
    local: str
    host: str


@dataclass(frozen=True, slots=True)
class InvalidAddress:
    """`reason` is a reason of the decision list, such as `empty` or `multiple_addresses`."""

    reason: str


def person_key(text: str | None) -> str | None:
    """The key that all spellings of an address share; None when there is no address."""
    read = read_address(text)
    return read.key if isinstance(read, Address) else None


def read_address(text: str | None) -> Address | InvalidAddress:
    """The only address in a text such as `Ann <ann+zoom@acme.com>`, in the spelling of its key."""
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text or ""))
    if has_several_addresses(text):
        return InvalidAddress("multiple_addresses")
    text = without_wrapping(text)
    if _has_several_addresses(text, _PIECES_AT_SPACES):
        return InvalidAddress("multiple_addresses")
    if not text:
        return InvalidAddress("empty")
    split = split_address(text)
    return split if isinstance(split, InvalidAddress) else _folded(split)


def has_several_addresses(text: str) -> bool:
    """Whether a text, with names and brackets, is a list of addresses."""
    return _has_several_addresses(text, _PIECES_AT_COMMAS)


def _has_several_addresses(text: str, pieces: re.Pattern[str]) -> bool:
    if text.count("@") < 2:
        return False
    found = [piece for piece in pieces.findall(text) if "@" in _OPEN_QUOTED.sub("", piece)]
    return len(found) > 1


def without_wrapping(text: str) -> str:
    """Removes what may surround an address: white space, a name and angle brackets, `mailto:`,
    single quotes, punctuation at the end.
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


def split_address(text: str) -> Split | InvalidAddress:
    """The two parts of an address, which must be without white space and wrapping."""
    quoted = _QUOTED_LOCAL.match(text)
    start = quoted.end() if quoted else 0
    ats = text.count("@", start)
    if ats != 1:
        return InvalidAddress("malformed_multi_at" if ats else "malformed_no_at")
    at = text.index("@", start)
    if (not quoted and at == 0) or (quoted and not quoted[1]):
        return InvalidAddress("malformed_empty_local")
    if at == len(text) - 1:
        return InvalidAddress("malformed_empty_domain")
    local = _ESCAPED.sub(r"\1", quoted[1]) if quoted else text[:at]
    if _NOT_IN_QUOTED.search(local) if quoted else not _ATOMS.fullmatch(local):
        return InvalidAddress("malformed_local")
    host = read_host(text[at + 1 :])
    if host is None:
        return InvalidAddress("malformed_domain")
    return Split(text[:at], local, host)


def _folded(split: Split) -> Address | InvalidAddress:
    """The address in lower case, without a tag, and by Gmail's own rules."""
    host = split.host
    if host.rpartition(".")[2] == "invalid":
        return InvalidAddress("reserved_invalid")
    local = unicodedata.normalize("NFC", split.local.lower())
    octets = len(local.encode())
    if octets > LONGEST_LOCAL_PART or octets + 1 + len(host) > LONGEST_ADDRESS:
        return InvalidAddress("malformed_too_long")
    local = local if local.startswith("+") else local.partition("+")[0]
    if host == "googlemail.com":
        host = "gmail.com"
    if host == "gmail.com":
        # Characters next to a removed dot may now compose.
        local = unicodedata.normalize("NFC", local.replace(".", "")) or local
    return Address(local, host)
