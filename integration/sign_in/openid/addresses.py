"""Which addresses may be asked: the issuer's own, and those that it publishes, by https.

http is possible for an issuer on this machine only, for tests and trials.
"""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST = 1000


def issuer_problem(issuer: str) -> str | None:
    """What is wrong with the address of an issuer, in words for an operator."""
    parts = _parts(issuer)
    if parts is None:
        return "is not a valid URL"
    if parts.scheme != "https" and not is_of_this_machine(issuer):
        return "must start with https://"
    if parts.query or parts.fragment or "@" in parts.netloc:
        return "must not contain a query, a fragment or a user name"
    return None


def is_allowed(address: object, *, issuer: str) -> bool:
    """Whether an issuer may send us, or a browser, to this address."""
    parts = _parts(address)
    if parts is None or "@" in parts.netloc or parts.fragment:
        return False
    if is_of_this_machine(issuer):
        return origin(str(address)) == origin(issuer)
    return parts.scheme == "https"


def is_of_this_machine(address: str) -> bool:
    """Whether the address is http on a loopback address, written as a number."""
    parts = _parts(address)
    if parts is None or parts.scheme != "http":
        return False
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def origin(address: str) -> str:
    """`https://host:port`, in lower case, as it is written."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def host_of(address: str) -> str:
    """The host that a person recognizes."""
    return urlsplit(address).hostname or address


def _parts(address: object) -> SplitResult | None:
    if not isinstance(address, str) or len(address) > LONGEST or not address.isascii():
        return None
    if not address.isprintable() or any(sign in address for sign in ' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return parts if is_whole else None
