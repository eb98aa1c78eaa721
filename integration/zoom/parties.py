"""The people that events name, and the fields that name them, for landing, addresses and erasure.

Add each new field of landed events here: to a party, or to the fields that name no one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from integration.identity.cleaning import cleaned_email
from integration.zoom.texts import ID_BYTES, is_longer, text

SIDES = ("caller", "callee")
_OF_SIDE = {
    "email": "email",
    "zoom_user_id": "user_id",
    "name": "name",
    "phone_number": "phone_number",
    "phone_digest": "phone_digest",  # of a number that is not kept in full
    "extension_id": "extension_id",
    "extension_number": "extension_number",
}
# Fact about a person -> the field of a landed event that holds it. Only dbt's staging models write
# these names again.
PARTICIPANT = {
    "email": "email",
    "zoom_user_id": "zoom_user_id",
    "name": "display_name",
    "participant_uuid": "participant_uuid",
    "registrant_id": "registrant_id",
    "customer_key": "customer_key",
}
BOUND = {"participant_uuid": "bind_participant_uuid"}
HOST = {"zoom_user_id": "host_zoom_user_id"}
CALL = {side: {fact: f"{side}_{name}" for fact, name in _OF_SIDE.items()} for side in SIDES}
OWNER_OF_LOG = {"zoom_user_id": "owner_zoom_user_id"}
ZOOM_USER = {
    "email": "email",
    "zoom_user_id": "zoom_user_id",
    "name": "display_name",
    "first_name": "first_name",
    "last_name": "last_name",
}
ALL_PARTIES = (PARTICIPANT, BOUND, HOST, *CALL.values(), OWNER_OF_LOG, ZOOM_USER)
# Of an erased person on a side of a call: whether they were a colleague.
AFFILIATION = {side: f"{side}_affiliation" for side in SIDES}
# Free text, which may name anyone.
TOPIC = "topic"
MEETING_NUMBER = "zoom_meeting_id"
# Times, results and ids of sessions and calls. The ids of legs are valid only within a session.
NAMES_NO_ONE = frozenset(
    {
        *("zoom_uuid", MEETING_NUMBER, "type", "started_at", "left_waiting_room"),
        *("user_id", "parent_user_id", "bind_user_id"),
        *("call_id", "generation", "result", "segment_event", "duration"),
        *("ringing_start_time", "answer_start_time", "call_end_time", "answered_at", "ended_at"),
        *("client_id", "erased_callee", *AFFILIATION.values()),
    }
)


def facts_of(
    content: Mapping[str, object],
    fields: Mapping[str, str],
    zooms: Mapping[str, tuple[str, ...]],
    *,
    prefix: str = "",
) -> dict[str, str]:
    """The facts about a person in Zoom's `content`, under our names in `fields`. `zooms` has Zoom's
    names of each fact, after `prefix`. The first that is not empty applies; an id that is too long
    comes last.
    """
    found: dict[str, str] = {}
    for fact, names in zooms.items():
        texts = [said for name in names if (said := text(content.get(prefix + name)))]
        if fact == "zoom_user_id":
            texts.sort(key=lambda each: is_longer(each, ID_BYTES))
        if fact == "email":
            texts = [address for each in texts if (address := cleaned_email(each))]
        if texts:
            found[fields[fact]] = texts[0]
    return found


def fields_of(*facts: str) -> list[str]:
    """The fields that hold these facts, for all parties."""
    named = (party[fact] for fact in facts for party in ALL_PARTIES if fact in party)
    return list(dict.fromkeys(named))


def fields_of_sides() -> dict[str, list[str]]:
    """Fact -> its field for each of SIDES, in their order."""
    return {fact: [CALL[side][fact] for side in SIDES] for fact in _OF_SIDE}


@dataclass(frozen=True)
class Party:
    """A person as one event names them.

    `leg` is a leg of a session or a side of a call. `parent` is the main leg of a breakout leg, or
    the leg that a bind connects to this one. `fields` are the event's fields that identify the
    person; `name_field` is the one with their name.
    """

    leg: str
    known: Mapping[str, str]
    fields: frozenset[str] = field(repr=False)
    name_field: str | None = None
    parent: str | None = None

    def get(self, fact: str) -> str | None:
        return self.known.get(fact)


def parties_of(event: str, fields: Mapping[str, str]) -> Iterator[Party]:
    """The people that the event names, except the host; none for `started`, `ended` and so on."""
    if event.startswith("phone."):
        yield from (_side(event, fields, side) for side in SIDES)
    elif "participant_" in event:
        yield _participant(event, fields)
    elif event.startswith("user."):
        known = _known(fields, {fact: ZOOM_USER[fact] for fact in ("email", "zoom_user_id")})
        yield Party(leg="user", known=known, fields=frozenset())


def _participant(event: str, fields: Mapping[str, str]) -> Party:
    is_breakout = event.endswith("_breakout_room")
    number = fields.get("user_id") or fields.get("participant_uuid", "")
    parent = fields.get("parent_user_id") if is_breakout else None
    own = frozenset(PARTICIPANT.values())
    if event.endswith(".participant_bind"):
        parent = fields.get("bind_user_id") or fields.get("bind_participant_uuid")
        own |= frozenset(BOUND.values())
    return Party(
        leg=f"breakout:{number}" if is_breakout else f"main:{number}",
        known=_known(fields, PARTICIPANT),
        fields=own,
        name_field=PARTICIPANT["name"],
        parent=f"main:{parent}" if parent else None,
    )


def _side(event: str, fields: Mapping[str, str], side: str) -> Party:
    own, known = frozenset(CALL[side].values()), _known(fields, CALL[side])
    if event.startswith(f"phone.{side}_") and OWNER_OF_LOG["zoom_user_id"] in fields:
        known = {**_known(fields, OWNER_OF_LOG), **known}
        own |= frozenset(OWNER_OF_LOG.values())
    return Party(leg=side, known=known, fields=own, name_field=CALL[side]["name"])


def _known(fields: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {fact: fields[name] for fact, name in names.items() if name in fields}
