"""Compares two sets of marts row by row and shows the smallest differences in a few lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tests.laws.reference.marts import Marts, Row

TABLES = (
    *("sessions", "participants", "activities", "outcomes"),
    *("user_days", "company_sessions", "companies"),
)
SESSION = ("organization_id", "zoom_account_id", "feature", "zoom_uuid")


def merged(marts: Iterable[Marts]) -> Marts:
    """The marts of many worlds, as they are in one database."""
    whole = Marts()
    for one in marts:
        for table in TABLES:
            getattr(whole, table).extend(getattr(one, table))
        whole.ledger += one.ledger
    return whole


def differences(expected: Marts, found: Marts) -> list[str]:
    """A text per session with a difference, and one for the ledger; the shortest first."""
    lines_of: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for table in TABLES:
        missing, unexpected = _different(getattr(expected, table), getattr(found, table))
        for session in {_session(row) for row in missing + unexpected}:
            lines_of[session] += _lines(
                table,
                [row for row in missing if _session(row) == session],
                [row for row in unexpected if _session(row) == session],
            )
    texts = [f"{_name(session)}\n  " + "\n  ".join(lines) for session, lines in lines_of.items()]
    return sorted(texts, key=len) + _ledger(expected, found)


def _different(expected: Sequence[Row], found: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    expected_counts = Counter(map(_frozen, expected))
    found_counts = Counter(map(_frozen, found))
    missing = expected_counts - found_counts
    unexpected = found_counts - expected_counts
    return [dict(row) for row in missing.elements()], [dict(row) for row in unexpected.elements()]


def _frozen(row: Row) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(row.items()))


def _session(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in SESSION)


def _name(session: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in session if part is not None)


def _lines(table: str, missing: list[Row], unexpected: list[Row]) -> list[str]:
    """Two rows that are nearly the same are shown as one, with what differs."""
    lines, left = [], list(unexpected)
    for row in missing:
        near = max(left, key=lambda other: _same(row, other), default=None)
        if near is None or _same(row, near) * 2 < len(row):
            lines.append(f"{table}: missing {_words(row)}")
            continue
        left.remove(near)
        differ = [name for name in row if row[name] != near[name]]
        changes = ", ".join(
            f"{name} is {_word(near[name])} (expected {_word(row[name])})" for name in differ
        )
        rest = _words({name: value for name, value in row.items() if name not in differ})
        lines.append(f"{table}: {changes} where {rest}")
    return lines + [f"{table}: unexpected {_words(row)}" for row in left]


def _same(row: Row, other: Row) -> int:
    return sum(other.get(name) == value for name, value in row.items())


def _words(row: Row) -> str:
    own = {name: value for name, value in row.items() if name not in SESSION and value is not None}
    return " ".join(f"{name}={_word(value)}" for name, value in own.items())


def _word(value: Any) -> str:
    return value.strftime("%d.%H:%M:%S") if isinstance(value, datetime) else str(value)


def _ledger(expected: Marts, found: Marts) -> list[str]:
    keys = sorted(set(expected.ledger) | set(found.ledger), key=str)
    return [
        f"deliveries {key}: {found.ledger[key]} (expected {expected.ledger[key]})"
        for key in keys
        if found.ledger[key] != expected.ledger[key]
    ]
