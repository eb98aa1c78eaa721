"""Zoom's texts as they come (numbers, nulls, empty strings), read leniently and kept strictly,
within the space that later statements have for them.
"""

# What a text may have in UTF-8, by its role. An index row has room for 2,704 bytes, and some of
# ours hold five texts: one that did not fit would stop every batch. Zoom's ids have at most 40
# bytes, its topics 200 characters, its names 64.
ID_BYTES = 128
EMAIL_BYTES = 320
NAME_BYTES = 400
TOPIC_BYTES = 1000


def text(value: object, *, longest: int | None = None) -> str | None:
    """The value as text that Postgres can hold, without surrounding white space; None when there is
    nothing, or more than `longest` bytes: cutting would make one of two different texts.
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
    """At most the first `longest` bytes in UTF-8, ending with a whole character."""
    return value.encode()[:longest].decode("utf-8", "ignore").strip()
