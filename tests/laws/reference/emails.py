"""One spelling for emails and domains: of letters, of what surrounds them, and of hosts.

This only cleans: there are no rules per provider, so tags and dots stay.
"""

import unicodedata

import idna

INVISIBLE = (
    *((0x0, 0x8), (0xE, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C)),
    *((0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F)),
    (0xFEFF, 0xFEFF),
)
SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)
IN_A_LOCAL_PART = set("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~")


def address(text: str | None) -> str | None:
    """The address, or None if the text is not one. Quoted local parts are not supported."""
    local, at, host = _readable(text).partition("@")
    read = _host(host)
    local = "".join(letter.lower() if letter.isascii() else letter for letter in local)
    is_readable = all(part and _is_atom(part) for part in local.split("."))
    return f"{local}@{read}" if at and read and is_readable else None


def address_or_domain(text: str) -> str | None:
    """The address or domain that an exclusion matches."""
    written = _readable(text)
    scheme, has_scheme, rest = written.partition("://")
    if has_scheme and scheme.isalpha():
        written = rest.partition("/")[0]
    for before in ("*@", "*.", "@"):
        if written.startswith(before):
            written = written[len(before) :]
            break
    if "@" in written:
        return address(written)
    domain = _host(written)
    if domain and domain.startswith("www.") and "." in domain[4:]:
        return domain[4:]
    return domain


def _readable(text: str | None) -> str:
    seen = (each for each in text or "" if not any(a <= ord(each) <= z for a, z in INVISIBLE))
    text, before = unicodedata.normalize("NFC", "".join(seen)), None
    while text != before:
        before = text
        text = text.strip(SPACES).rstrip(".,;")
        outside, bracket, inside = text.partition("<")
        if bracket and inside.endswith(">") and not set(outside + inside[:-1]) & set("<>"):
            text = inside[:-1]
        if text.lower().startswith("mailto:"):
            text = text[len("mailto:") :]
        if len(text) > 1 and text.startswith("'") and text.endswith("'"):
            text = text[1:-1]
    return text


def _is_atom(text: str) -> bool:
    return all(each in IN_A_LOCAL_PART or ord(each) >= 0xA0 for each in text) and not (
        set(text) & set(SPACES)
    )


def _host(text: str) -> str | None:
    if set(text) & set(SPACES):
        return None
    try:
        host = idna.encode(text, uts46=True, transitional=False).decode().removesuffix(".")
    except UnicodeError:
        return None
    return None if host.rpartition(".")[2].isdigit() else host
