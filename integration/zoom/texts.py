"""Reads Zoom's texts leniently (numbers, nulls, empty strings) and stores them within strict size
limits.
"""

# Limits in UTF-8. A row of an index holds 2,704 bytes, and some of our indexes have five texts: a
# row that did not fit would stop every batch. Zoom's ids have at most 40 bytes, its topics 200
# characters, its names 64.
ID_BYTES = 128
EMAIL_BYTES = 320
NAME_BYTES = 400
TOPIC_BYTES = 1000


def text(value: object, *, longest: int | None = None) -> str | None:
    """The value as a text that Postgres can store, without surrounding white space. None when it is
    empty or has more than `longest` bytes: truncating could make two different texts equal.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    cleaned = str(value).replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
    if longest is not None and is_longer(cleaned, longest):
        return None
    return cleaned or None


def is_longer(value: str, longest: int) -> bool:
    """Whether a text has more than `longest` bytes in UTF-8."""
    return len(value) > longest or len(value.encode()) > longest


def cut(value: str, longest: int) -> str:
    """At most the first `longest` bytes in UTF-8, without a partial character at the end."""
    return value.encode()[:longest].decode("utf-8", "ignore").strip()
