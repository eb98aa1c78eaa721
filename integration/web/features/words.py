"""What the page says after features were switched, and after that was undone."""

from collections.abc import Collection

from integration.quantities import quantity
from integration.zoom.features import FEATURES

STATES = {True: "on", False: "off"}


def listed(features: Collection[str]) -> str:
    """Features in their usual order, within a sentence: "meetings and phone calls"."""
    names = [name.lower() for feature, name in FEATURES.items() if feature in features]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def switched(features: Collection[str], *, is_on: bool, whose: str) -> str:
    """`whose` is a name, "the organization" or "12 people"."""
    return f"{listed(features).capitalize()} switched {STATES[is_on]} for {whose}."


def already_so(features: Collection[str], *, is_on: bool, whose: str) -> str:
    what = listed(features).capitalize()
    return f"{what} were already switched {STATES[is_on]} for {whose}. Nothing changed."


def skipped(*, is_on: bool, already: int, since: int, gone: int) -> str:
    """Why some of the people who were chosen were left alone; empty if nobody was."""
    reasons = [
        (already, f"already switched {STATES[is_on]}"),
        (since, "switched by someone else in the meantime"),
        (gone, "no longer active in WorkSights"),
    ]
    parts = [f"{count:,} {reason}" for count, reason in reasons if count]
    people = quantity(already + since + gone, "person", "people")
    return f"{people} skipped: {', '.join(parts)}." if parts else ""


def without_zoom_user(count: int) -> str:
    """Whom a change does not affect yet; empty if there is no one."""
    people = quantity(count, "person has", "people have")
    return (
        f"{people} no Zoom user yet, so the change applies once they are mapped." if count else ""
    )


def undone(*, restored: int, again: int) -> str:
    """Both count people, or the organization as one."""
    if not restored:
        return "Nothing was undone, because these features have been changed again since."
    if not again:
        return "Undone. Everything is as it was before."
    people = quantity(again, "person", "people")
    return f"Undone, but not for {people}, whose features have been changed again since."
