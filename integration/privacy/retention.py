"""How long sessions are kept (contract, 5.17: `retention_months`)."""

from datetime import UTC, datetime


def oldest_kept(months: int | None, *, now: datetime) -> datetime | None:
    """The start of the oldest month that is kept, in UTC: whole months are deleted. None if nothing
    is deleted by age.
    """
    if months is None:
        return None
    now = now.astimezone(UTC)
    index = now.year * 12 + now.month - 1 - months
    if index < 12:  # before the first year that a date can have
        return datetime.min.replace(tzinfo=UTC)
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)
