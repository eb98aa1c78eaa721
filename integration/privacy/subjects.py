"""Whom an erasure is about: what identifies a person before anything is searched."""

from collections.abc import Collection
from dataclasses import dataclass, field

from integration.privacy.digests import IN_ONE_SESSION, Digests
from integration.privacy.redaction import Tombstone


@dataclass(frozen=True)
class Fact:
    """A value that identifies a person: everywhere, or in the session `session_id`."""

    kind: str
    value: str = field(repr=False)
    session_id: str | None = None


@dataclass(frozen=True)
class Subject:
    """The person whom these facts identify. Their tombstones are stored under the digest of the
    first one. `user_ids` are WorkSights users who are this person according to a mapping.
    """

    facts: tuple[Fact, ...]
    user_ids: frozenset[str] = frozenset()

    @property
    def identified_by(self) -> str:
        """The kind of the first fact: `person_key`, `phone_number` or `leg`."""
        return self.facts[0].kind

    @property
    def session_ids(self) -> frozenset[str]:
        return frozenset(each.session_id for each in self.facts if each.session_id)

    def values(self, kind: str) -> set[str]:
        """The values of this kind."""
        return {each.value for each in self.facts if each.kind == kind}

    def person(self, digests: Digests) -> str:
        """The digest under which the person's tombstones are stored."""
        return _digest(digests, self.facts[0])

    def tombstones(self, digests: Digests) -> list[Tombstone]:
        """A tombstone for each fact."""
        person = self.person(digests)
        return [
            Tombstone(each.kind, _digest(digests, each), person, each.value) for each in self.facts
        ]


def with_address(key: str) -> Subject:
    """The person with this person key."""
    return Subject((Fact("person_key", key),))


def with_number(digits: str) -> Subject:
    """The person who is known only by the phone number with these digits."""
    return Subject((Fact("phone_number", digits),))


def on_legs(
    session_id: str,
    legs: Collection[str],
    *,
    zoom_user_id: str | None,
    user_ids: frozenset[str],
) -> Subject:
    """The person on these legs, or sides, of a session."""
    facts = [Fact("leg", leg, session_id) for leg in sorted(legs)]
    if zoom_user_id:
        facts.append(Fact("zoom_user_id", zoom_user_id))
    return Subject(tuple(facts), user_ids)


def _digest(digests: Digests, fact: Fact) -> str:
    session_id = fact.session_id if fact.kind in IN_ONE_SESSION else None
    return digests.of(fact.kind, fact.value, session_id=session_id)
