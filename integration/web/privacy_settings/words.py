"""The privacy settings in words: what each value does, for whoever reads or changes it."""

from dataclasses import dataclass

from integration.privacy.settings import NEVER, RETENTION, VALUES, PrivacySettings
from integration.quantities import quantity


@dataclass(frozen=True)
class Choice:
    """`loses` says what choosing this value removes permanently; empty if nothing."""

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
    "processing": ("Processing", "Whether anything but the list of Zoom users is kept."),
    "view": ("People or groups", "What other people see of a person."),
    "topics": ("Topics", "Who can see the topics of meetings and webinars."),
    "phone_numbers": ("Phone numbers", "How much of the other party's number is kept."),
    "pause": ("Pausing", "Whether people can pause themselves and make sessions private."),
    RETENTION: (
        "Retention",
        "When sessions and everything derived from them are deleted. People and companies are "
        "deleted this long after their last session.",
    ),
}
_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "processing": {
        "released": ("On", "What Zoom sends is stored, and entries appear on timelines."),
        "held": (
            "On hold",
            "Only the list of Zoom users is imported. What Zoom sends is counted but not kept.",
            "What Zoom sends while processing is on hold cannot be recovered.",
        ),
    },
    "view": {
        "named": ("By person", "Leaders see people by name, as far as their role allows."),
        "grouped": (
            "Groups only",
            "No one sees another person's day, sessions or contacts. Figures are shown only for "
            "groups of at least 5 active users.",
        ),
    },
    "topics": {
        "leaders": (
            "Leaders and participants",
            "Executives and Owners can see all topics. Managers can see those of the people who "
            "report to them. Everyone can see the topics of their own sessions.",
        ),
        "participants": (
            "Participants only",
            "Everyone sees only the topics of sessions that they took part in.",
        ),
        "none": (
            "No one",
            "Topics are not stored, so the titles of entries do not contain them.",
            "Topics are permanently removed, including those of past sessions.",
        ),
    },
    "phone_numbers": {
        "full": ("In full", "The other party in a call is shown with its name or number."),
        "masked": (
            "Country and last two digits",
            "The other party in a call is shown as +44…23, and by name only if they are a "
            "colleague or have an email address.",
            "The other digits and these names are permanently removed, including from past calls.",
        ),
        "none": (
            "Not at all",
            "The other party in a call is shown only if they are a colleague or have an email "
            "address.",
            "Numbers and these names are permanently removed, including from past calls.",
        ),
    },
    "pause": {
        "off": ("Not possible", "Everyone's sessions appear by the same rules."),
        "on": (
            "Possible",
            "Everyone can start a pause on their account page, and make an entry private. "
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
        return next((one.label for one in setting.choices if one.value == value), value)
    return "Nothing is deleted" if value == NEVER else f"After {quantity(int(value), 'month')}"


def change_in_words(name: str, value: str) -> str:
    """A recorded change: “Topics” to “Participants only”. As stored if it no longer exists."""
    for setting in settings_in_words():
        if setting.name == name:
            return f"“{setting.title}” to “{label_of(setting, value)}”"
    return f"“{name}” to “{value}”"
