"""What is held about a person, in words: one line for each fact that landing keeps."""

from collections.abc import Iterator
from dataclasses import dataclass

from integration.privacy.settings import PrivacySettings
from integration.zoom.parties import ALL_PARTIES, NAMES_NO_ONE, TOPIC

# Fact about a person -> what it is, and what for.
_FACTS = {
    "email": ("Email address", "Finds the WorkSights user, or the company of a guest."),
    "zoom_user_id": ("Zoom's ID of a user", "Finds the WorkSights user it is mapped to."),
    "name": ("Name shown in Zoom", "Names a participant, and the other party in a call."),
    "first_name": ("First name in Zoom", "Names a user whose Zoom account shows no name."),
    "last_name": ("Last name in Zoom", "Names a user whose Zoom account shows no name."),
    "phone_number": ("Phone number", "Names the other party in a call."),
    "phone_digest": (
        "A digest of a phone number, which does not reveal the number",
        "Recognizes equal numbers, and those of erased people.",
    ),
    "extension_id": ("Zoom's ID of an extension", "Finds the user of a phone."),
    "extension_number": ("Extension number", "Finds the user of a phone."),
    "participant_uuid": (
        "Zoom's ID of a participant in one session",
        "Counts a person with several devices once.",
    ),
    "registrant_id": ("ID of a registration", "Recognizes a registered guest's devices."),
    "customer_key": (
        "ID that an app gave a participant",
        "Recognizes a participant who joined through another app.",
    ),
}
_TOPIC = ("Topic of a meeting or webinar", "Names the session.")
_OF_SESSIONS = (
    "Times, length, kind and number of a session, and whether a call was answered",
    "Shows when someone was in a session, and why there is or is not an entry.",
)


@dataclass(frozen=True)
class Held:
    what: str
    purpose: str


def held(settings: PrivacySettings) -> Iterator[Held]:
    """Everything that is kept of what Zoom sends, by these settings. LookupError for a fact that
    nobody described.
    """
    numbers = settings.phone_numbers
    left_out = {"phone_digest"} if numbers == "full" else set()
    if numbers == "none":
        left_out = {"phone_number"}
    for fact in dict.fromkeys(fact for party in ALL_PARTIES for fact in party):
        what, purpose = _FACTS[fact]
        if fact == "phone_number" and numbers == "masked":
            what = "Country and last two digits of a phone number"
        if fact not in left_out:
            yield Held(what, purpose)
    if TOPIC and settings.topics != "none":
        yield Held(*_TOPIC)
    if NAMES_NO_ONE:
        yield Held(*_OF_SESSIONS)
