"""Verifies an erasure: searches all columns of the registry for the address, names and ids of an
erased person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from integration.privacy.applied_tombstones import digests_in_body
from integration.privacy.digests import PSEUDONYM
from integration.privacy.forgetting import FIELDS
from integration.privacy.matching import ErasedPerson
from integration.privacy.redaction import LINKS
from integration.privacy.registry import PersonalColumn, personal_columns
from integration.privacy.registry_rows import PersonalRows
from integration.zoom.parties import TOPIC, Party, fields_of, parties_of

LINK_FIELDS = {field: kind for kind in LINKS for field in fields_of(kind)}
FIELD_KINDS = {**FIELDS, **LINK_FIELDS, TOPIC: "text"}


@dataclass(frozen=True)
class Finding:
    """A column that still contains something about the person."""

    column: PersonalColumn
    values: int


@dataclass
class Verification:
    """`left` has the columns with remaining data. `topics` mention the person and need a decision;
    `namesakes` are names that other people have, too.
    """

    searched: int = 0
    left: list[Finding] = field(default_factory=list)
    topics: set[str] = field(default_factory=set, repr=False)
    namesakes: set[str] = field(default_factory=set, repr=False)


# What Zoom sent, and what is derived from it. The other tables have users and settings.
_OF_SESSIONS = (
    "zoom_raw", "ingress", "clientsights_raw", "intermediate", "timeline", "clientsights",
    "operations",
)  # fmt: skip


def verify(
    person: ErasedPerson,
    rows: PersonalRows,
    plain_texts: set[str],
    *,
    of_sessions_only: bool = False,
) -> Verification:
    """Searches all columns, or only those about sessions. `plain_texts` are the texts found about
    the person in this run; they are searched for in long texts.
    """
    result = Verification(namesakes=namesakes(person, rows))
    for column in personal_columns():
        is_searched = not of_sessions_only or column.table.split(".")[0] in _OF_SESSIONS
        if not is_searched or not rows.exists(column):
            continue
        result.searched += 1
        found = _remaining_in(column, person, rows, result)
        if found:
            result.left.append(Finding(column, found))
    for column in rows.columns_of_runs():
        result.searched += 1
        addresses = rows.addresses_in(column)
        found = sum(person.matches("person_key", address) for address in addresses)
        found += rows.count_with(column, plain_texts)
        if found:
            result.left.append(Finding(column, found))
    return result


def topics_of(person: ErasedPerson, rows: PersonalRows) -> set[str]:
    """The topics of landed events that mention the person."""
    return {
        text
        for column in personal_columns()
        if column.holds == "fields"
        for name, _, text in rows.fields(column, names=[TOPIC], in_a_session=())
        if name == TOPIC and person.matches("text", text)
    }


def namesakes(person: ErasedPerson, rows: PersonalRows) -> set[str]:
    """The person's names that belong to other people with an address or a Zoom user id, too."""
    return {name for name in rows.names_of_identified_people() if person.matches("name", name)}


def _remaining_in(
    column: PersonalColumn, person: ErasedPerson, rows: PersonalRows, result: Verification
) -> int:
    match column.holds:
        case "body":
            own = set().union(*person.tombstones.values())
            return sum(
                bool(digests_in_body(person.digests, body) & own) for _, body in rows.bodies(column)
            )
        case "fields":
            found = set(_remaining_in_fields(column, person, rows, result))
            return len(found | set(_remaining_on_legs(person, rows)))
    left = {
        text
        for session_id, text in rows.texts(column)
        if person.matches(column.holds, text, session_id) and not _is_shared(text, person, result)
    }
    if column.erased_by == "listed":
        left -= {text for text in left if any(topic in text for topic in result.topics)}
    return len(left)


def _remaining_in_fields(
    column: PersonalColumn, person: ErasedPerson, rows: PersonalRows, result: Verification
) -> Iterator[tuple[str, str]]:
    for name, session_id, text in rows.fields(
        column, names=[*FIELD_KINDS], in_a_session=[*LINK_FIELDS]
    ):
        if not person.matches(FIELD_KINDS.get(name, "person_key"), text, session_id):
            continue
        if name == TOPIC:
            result.topics.add(text)
        elif not _is_shared(text, person, result):
            yield name, text


def _remaining_on_legs(person: ErasedPerson, rows: PersonalRows) -> Iterator[tuple[str, str]]:
    """(field, text) of what events still say about a person who is known by legs of a session.
    Elsewhere such a text, for example a first name, need not identify anyone.
    """
    for event in rows.events_of(person.session_ids):
        for party in parties_of(event.event, event.fields):
            if person.matches("leg", party.leg, event.session_id) and _is_of(person, party):
                own = {*party.fields, *filter(None, [party.name_field])} & event.fields.keys()
                yield from (
                    (name, event.fields[name])
                    for name in own
                    if not event.fields[name].startswith(PSEUDONYM)
                )


def _is_of(person: ErasedPerson, party: Party) -> bool:
    """Whether the party on the person's leg is not someone else, with an address or ID of their
    own.
    """
    identities = (("person_key", party.get("email")), ("zoom_user_id", party.get("zoom_user_id")))
    return all(text is None or person.matches(kind, text) for kind, text in identities)


def _is_shared(text: str, person: ErasedPerson, result: Verification) -> bool:
    """Whether the text is a name that other people have, too, and nothing more."""
    return text in result.namesakes and not person.matches("person_key", text)
