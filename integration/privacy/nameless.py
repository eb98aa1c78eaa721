"""Redacts one person in the fields of a landed event."""

from integration.zoom.parties import AFFILIATION, PARTICIPANT, SIDES, Party


def without_party(
    fields: dict[str, str],
    party: Party,
    *,
    pseudonym: str,
    leg_pseudonym: str,
    affiliation: str | None,
) -> dict[str, str]:
    """The event's fields without the party's identity. In a session, all legs of one person get the
    same pseudonym instead of Zoom's uuid, so that they remain one participant. A callee also gets
    one, because several people may have answered one call. A side keeps its affiliation, if it is
    known; in meetings the pseudonym says it.
    """
    kept = {name: value for name, value in fields.items() if name not in party.fields}
    if party.leg in SIDES:
        if affiliation:
            kept[AFFILIATION[party.leg]] = affiliation
        return kept | {"erased_callee": pseudonym} if party.leg == "callee" else kept
    # If a leg has no number, only Zoom's uuid distinguished it from the person's other legs.
    return {"user_id": leg_pseudonym, **kept, PARTICIPANT["participant_uuid"]: pseudonym}


def without_name(fields: dict[str, str], party: Party) -> dict[str, str]:
    """The event's fields without the party's name."""
    return {name: value for name, value in fields.items() if name != party.name_field}
