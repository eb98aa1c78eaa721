"""The message after a change: what it does, and from when."""

from integration.dates import DateStyle
from integration.quantities import quantity
from integration.web.changes.effective import Effective
from integration.web.changes.effects import Effect
from integration.web.page.time_zone import zoned


def saved_message(
    effective: Effective, effects: list[Effect] | None, *, time_zone: str, dates: DateStyle
) -> str:
    """`effects` is None if they are not shown."""
    if not effective.day:
        return "It applies from now on."
    since = dates.short(zoned(effective.moment, time_zone))
    if effects is None:
        return f"It applies from {since}, with the next update, which starts within 20 minutes."
    added = sum(one.added for one in effects)
    removed = sum(one.removed for one in effects)
    parts = [f"adds {quantity(added, 'entry', 'entries')}"] if added else []
    parts += [f"removes {quantity(removed, 'entry', 'entries')}"] if removed else []
    what = " and ".join(parts) if parts else "changes no entries"
    return f"It applies from {since}. The next update, which starts within 20 minutes, {what}."
