"""Counts with their nouns, in the singular or plural."""


def quantity(count: int, one: str, several: str = "") -> str:
    """The count with its noun, such as "1 entry" or "2,310 entries"."""
    return f"{count:,} {noun(count, one, several)}"


def noun(count: int, one: str, several: str = "") -> str:
    """The form of a word that fits the count. `several` is `one` with an "s" if it is not given."""
    return one if count == 1 else several or one + "s"
