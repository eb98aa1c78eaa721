"""Counts, and what a change that was saved will do, in words."""

from integration.web.changes.effective import Effective
from integration.web.changes.effects import Effect
from integration.web.page.time_zone import zoned


def saved_words(effective: Effective, effects: list[Effect], *, time_zone: str) -> str:
    if not effective.day:
        return "It applies from now on."
    since = zoned(effective.moment, time_zone)
    coming = sum(one.coming for one in effects)
    going = sum(one.going for one in effects)
    does = [f"adds {counted(coming, 'entry', 'entries')}"] if coming else []
    does += [f"removes {counted(going, 'entry', 'entries')}"] if going else []
    what = " and ".join(does) if does else "changes no entries"
    return (
        f"It applies from {since.day} {since:%b %Y}. "
        f"The next update, which starts within 20 minutes, {what}."
    )


def counted(count: int, one: str, several: str = "") -> str:
    """ "1 entry", "2,310 entries"."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
