"""A landed event without one of the people it names."""

from integration.zoom.parties import SIDES, Party


def without_party(
    fields: dict[str, str], party: Party, *, pseudonym: str, leg_pseudonym: str
) -> dict[str, str]:
    """The event's fields without the party's identity. All legs of one person keep one pseudonym in
    the session in place of Zoom's uuid, so that they stay one participant; so does a callee, as
    several may have answered one call.
    """
    kept = {name: value for name, value in fields.items() if name not in party.fields}
    if party.leg in SIDES:
        return kept | {"erased_callee": pseudonym} if party.leg == "callee" else kept
    # Without a number, only Zoom's uuid distinguished this leg from the person's other ones.
    return {"user_id": leg_pseudonym, **kept, "participant_uuid": pseudonym}


def without_name(fields: dict[str, str], party: Party) -> dict[str, str]:
    """The event's fields without the party's name."""
    return {name: value for name, value in fields.items() if name != party.name_field}
