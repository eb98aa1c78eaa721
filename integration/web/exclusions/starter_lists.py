"""Whom organizations usually keep out, as a list to confirm: the list itself excludes nobody."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Starter:
    """`who`, why they are kept out, and what to enter."""

    who: str
    why: str
    enter: str


STARTERS = (
    Starter(
        "Works council",
        "Its conversations and their subjects are confidential.",
        "the IDs of its meetings, or the Zoom users of members who work for it full time. Their "
        "sessions are then not stored at all. An email address only removes its owner's name; the "
        "session stays.",
    ),
    Starter(
        "Unions",
        "Membership is protected, and contact alone suggests it.",
        "the union's domain",
    ),
    Starter(
        "Company doctor and occupational health",
        "Health data needs special protection.",
        "the practice's domain or phone number",
    ),
    Starter(
        "Lawyers",
        "Conversations with counsel are privileged, and contact alone can be revealing.",
        "the law firm's domain",
    ),
    Starter(
        "Helplines and counseling",
        "People must be able to ask for help without anyone noticing.",
        "the phone number or domain",
    ),
    Starter(
        "Data protection officer and whistleblowing",
        "Reports are confidential by law.",
        "the address, or the phone number of the hotline",
    ),
    Starter(
        "Representatives of disabled employees",
        "What they hear is confidential.",
        "the Zoom user of the representative",
    ),
)
