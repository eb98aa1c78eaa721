"""What a change that was saved will do, in a sentence or two."""

from integration.store.change_effects import Effect
from integration.web.effective import Effective
from integration.web.templating import zoned


def saved_words(effective: Effective, effects: list[Effect], *, time_zone: str) -> str:
    if not effective.day:
        return "It counts from now on."
    since = zoned(effective.moment, time_zone)
    coming = sum(one.coming for one in effects)
    going = sum(one.going for one in effects)
    does = [f"brings {_entries(coming)}"] if coming else []
    does += [f"takes away {_entries(going)}"] if going else []
    what = f"{' and '.join(does)}" if does else "changes no entry"
    return (
        f"It counts from {since.day} {since:%b %Y}. "
        f"The next batch, at most 20 minutes from now, {what}."
    )


def _entries(count: int) -> str:
    return f"{count:,} entry" if count == 1 else f"{count:,} entries"
