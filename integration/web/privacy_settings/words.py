"""The privacy settings in words: what each value does, for whoever reads or changes it."""

from dataclasses import dataclass

from integration.privacy.settings import NEVER, RETENTION, VALUES, PrivacySettings
from integration.quantities import quantity


@dataclass(frozen=True)
class Choice:
    """`loses` says what choosing this value removes for good; empty if nothing."""

    value: str
    label: str
    effect: str
    loses: str = ""


@dataclass(frozen=True)
class Setting:
    """`choices` is empty for the retention, which takes any number of months."""

    name: str
    title: str
    about: str
    choices: tuple[Choice, ...]


_TITLES = {
    "processing": ("Processing", "Whether anything but the list of Zoom users is stored."),
    "view": ("People or groups", "What other people see of a person."),
    "topics": ("Topics", "Who reads what a meeting or webinar is about."),
    "phone_numbers": ("Phone numbers", "How much of the other side's number is kept."),
    "pause": ("Pausing", "Whether people can keep sessions to themselves."),
    RETENTION: (
        "How long",
        "When sessions and all that is derived from them are deleted, and people and companies "
        "after the last meeting.",
    ),
}
_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "processing": {
        "released": ("Released", "What Zoom sends is stored, and entries appear on timelines."),
        "held": (
            "Held",
            "Only the list of Zoom users is imported. What Zoom sends is counted but not stored.",
            "What Zoom sends while processing is held never comes back.",
        ),
    },
    "view": {
        "named": ("By person", "Leaders see people by name, as far as their role allows."),
        "grouped": (
            "Groups only",
            "No one sees another person's day, sessions or contacts. Figures are shown only where "
            "they are about at least 5 active users.",
        ),
    },
    "topics": {
        "leaders": (
            "Leaders and participants",
            "Executives and Owners read all topics, everyone else those of their own sessions.",
        ),
        "participants": (
            "Participants only",
            "Everyone reads only the topics of sessions that they took part in.",
        ),
        "none": (
            "No one",
            "Topics are not stored, so the titles of entries do not contain them.",
            "Topics are removed permanently, also those of past sessions.",
        ),
    },
    "phone_numbers": {
        "full": ("In full", "The other side of a call is shown with its name or number."),
        "masked": (
            "Country and last two digits",
            "The other side of a call is shown as +44…23, and by name only if it is a colleague or "
            "an email belongs to it.",
            "The other digits and these names are removed permanently, also from past calls.",
        ),
        "none": (
            "Not at all",
            "The other side of a call is shown only if it is a colleague or an email belongs to "
            "it.",
            "Numbers and these names are removed permanently, also from past calls.",
        ),
    },
    "pause": {
        "off": ("Not possible", "Everyone's sessions appear by the same rules."),
        "on": (
            "Possible",
            "Everyone can pause themselves on their account page, and make an entry private. "
            "No one else can undo it.",
        ),
    },
}


def settings_in_words() -> tuple[Setting, ...]:
    """All settings, in the order of the page. KeyError for a value that nobody described."""
    return tuple(
        Setting(
            name,
            *_TITLES[name],
            tuple(Choice(value, *_CHOICES[name][value]) for value in VALUES.get(name, ())),
        )
        for name in (*VALUES, RETENTION)
    )


def value_of(settings: PrivacySettings, name: str) -> str:
    """The value in force, as it is stored."""
    value = getattr(settings, name)
    return NEVER if value is None else str(value)


def label_of(setting: Setting, value: str) -> str:
    """The value in words."""
    if setting.choices:
        return next(choice.label for choice in setting.choices if choice.value == value)
    return "Nothing is deleted" if value == NEVER else f"After {quantity(int(value), 'month')}"
