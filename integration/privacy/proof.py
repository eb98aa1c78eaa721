"""The proof of an erasure: every column of the registry is searched for the address, the names and
the ids of one erased person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from integration.privacy.arriving import digests_in_body
from integration.privacy.forgetting import FIELDS
from integration.privacy.matching import Person
from integration.privacy.redaction import LINKS
from integration.privacy.registry import PersonalColumn, personal_columns
from integration.privacy.registry_rows import PersonalRows
from integration.zoom.parties import TOPIC

FIELD_KINDS = {**FIELDS, **{kind: kind for kind in LINKS}, "topic": "text"}


@dataclass(frozen=True)
class Finding:
    """A column that still contains something about the person."""

    column: PersonalColumn
    values: int


@dataclass
class Proof:
    """`topics` mention the person and need a decision; `namesakes` are names that someone else has
    too.
    """

    searched: int = 0
    left: list[Finding] = field(default_factory=list)
    topics: set[str] = field(default_factory=set, repr=False)
    namesakes: set[str] = field(default_factory=set, repr=False)


def prove(person: Person, rows: PersonalRows, plain_texts: set[str]) -> Proof:
    """Searches everything. `plain_texts` are the texts found about the person in this run: long
    texts are searched for them.
    """
    proof = Proof(namesakes=namesakes(person, rows))
    for column in personal_columns():
        if not rows.exists(column):
            continue
        proof.searched += 1
        found = _left_in(column, person, rows, proof)
        if found:
            proof.left.append(Finding(column, found))
    for column in rows.columns_of_runs():
        proof.searched += 1
        addresses = rows.addresses_in(column)
        found = sum(person.is_meant_by("person_key", address) for address in addresses)
        found += rows.count_with(column, plain_texts)
        if found:
            proof.left.append(Finding(column, found))
    return proof


def topics_of(person: Person, rows: PersonalRows) -> set[str]:
    """The topics of landed events that mention the person."""
    return {
        text
        for column in personal_columns()
        if column.holds == "fields"
        for name, _, text in rows.fields(column, names=[TOPIC], in_a_session=())
        if name == TOPIC and person.is_meant_by("text", text)
    }


def namesakes(person: Person, rows: PersonalRows) -> set[str]:
    """Names that the person shares with someone who has an address or a Zoom user id."""
    return {name for name in rows.names_of_the_identified() if person.is_meant_by("name", name)}


def _left_in(column: PersonalColumn, person: Person, rows: PersonalRows, proof: Proof) -> int:
    match column.holds:
        case "body":
            own = set().union(*person.tombstones.values())
            return sum(
                bool(digests_in_body(person.digests, body) & own) for _, body in rows.bodies(column)
            )
        case "fields":
            return len(set(_left_in_fields(column, person, rows, proof)))
    left = {
        text
        for session_id, text in rows.texts(column)
        if person.is_meant_by(column.holds, text, session_id)
        and not _is_shared(text, person, proof)
    }
    if column.erased_by == "listed":
        left -= {text for text in left if any(topic in text for topic in proof.topics)}
    return len(left)


def _left_in_fields(
    column: PersonalColumn, person: Person, rows: PersonalRows, proof: Proof
) -> Iterator[tuple[str, str]]:
    for name, session_id, text in rows.fields(column, names=[*FIELD_KINDS], in_a_session=LINKS):
        if not person.is_meant_by(FIELD_KINDS.get(name, "person_key"), text, session_id):
            continue
        if name == TOPIC:
            proof.topics.add(text)
        elif not _is_shared(text, person, proof):
            yield name, text


def _is_shared(text: str, person: Person, proof: Proof) -> bool:
    """Whether it contains only a namesake's name."""
    return text in proof.namesakes and not person.is_meant_by("person_key", text)
