"""The people that a landed event speaks of, and the event without one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

SIDES = ("caller", "callee")
# What is known of somebody -> the field of a participant event that says it.
_OF_PARTICIPANT = {
    "email": "email",
    "zoom_user_id": "zoom_user_id",
    "name": "display_name",
    "participant_uuid": "participant_uuid",
    "registrant_id": "registrant_id",
    "customer_key": "customer_key",
}
# The same for one side of a call, after `caller_` or `callee_`.
_OF_SIDE = {
    "email": "email",
    "zoom_user_id": "user_id",
    "name": "name",
    "phone_number": "phone_number",
    "extension_id": "extension_id",
    "extension_number": "extension_number",
}


@dataclass(frozen=True)
class Party:
    """Somebody as one event names them. `leg` is which connection of a session, or which side of a
    call, `parent` the main leg of a breakout leg or the one that a bind ties this leg to, `fields`
    what is known -> field of the event.
    """

    leg: str
    known: dict[str, str]
    fields: dict[str, str] = field(repr=False)
    parent: str | None = None

    def get(self, fact: str) -> str | None:
        return self.known.get(fact)


def parties_of(event: str, fields: dict[str, str]) -> Iterator[Party]:
    """Whom the event names, the host aside; nobody for `started`, `ended` and the like."""
    if event.startswith("phone."):
        yield from (_side(event, fields, side) for side in SIDES)
    elif "participant_" in event:
        yield _participant(event, fields)
    elif event.startswith("user."):
        facts = ("email", "zoom_user_id")
        known: dict[str, str] = {fact: fields[fact] for fact in facts if fact in fields}
        yield Party(leg="user", known=known, fields={})


def _participant(event: str, fields: dict[str, str]) -> Party:
    is_breakout = event.endswith("_breakout_room")
    number = fields.get("user_id") or fields.get("participant_uuid", "")
    parent = fields.get("parent_user_id") if is_breakout else None
    names = _OF_PARTICIPANT
    if event.endswith(".participant_bind"):
        parent = fields.get("bind_user_id") or fields.get("bind_participant_uuid")
        names = {**names, "bound_uuid": "bind_participant_uuid"}
    return Party(
        leg=f"breakout:{number}" if is_breakout else f"main:{number}",
        known={fact: fields[name] for fact, name in _OF_PARTICIPANT.items() if name in fields},
        fields=names,
        parent=f"main:{parent}" if parent else None,
    )


def _side(event: str, fields: dict[str, str], side: str) -> Party:
    names = {fact: f"{side}_{name}" for fact, name in _OF_SIDE.items()}
    known = {fact: fields[name] for fact, name in names.items() if name in fields}
    if event.startswith(f"phone.{side}_") and "owner_zoom_user_id" in fields:
        known.setdefault("zoom_user_id", fields["owner_zoom_user_id"])
        names["owner"] = "owner_zoom_user_id"
    return Party(leg=side, known=known, fields=names)


def without_party(
    fields: dict[str, str], party: Party, *, pseudonym: str, leg_pseudonym: str
) -> dict[str, str]:
    """The event's fields, the party nameless. All legs of one person keep one pseudonym in the
    session in place of Zoom's uuid, so that they stay one participant; so does a callee, as several
    may have answered one call.
    """
    kept = {name: value for name, value in fields.items() if name not in party.fields.values()}
    if party.leg in SIDES:
        return kept | {"erased_callee": pseudonym} if party.leg == "callee" else kept
    # Without a number it was Zoom's uuid that told this leg from the person's other ones.
    return {"user_id": leg_pseudonym, **kept, "participant_uuid": pseudonym}


def without_name(fields: dict[str, str], party: Party) -> dict[str, str]:
    """The event's fields without what the party is called."""
    return {name: value for name, value in fields.items() if name != party.fields.get("name")}
