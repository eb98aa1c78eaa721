"""Redacts the people of an organization's tombstones in arriving data and in landed events.

Anything else found about an erased person (another Zoom user id, another name) becomes a tombstone,
too, and is then searched for in all data. So the result does not depend on the order in which
events arrive.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

import psycopg

from integration.connections.zoom_users import delete_zoom_users, zoom_users_with_emails
from integration.privacy.affiliations import marks_of, new_marks
from integration.privacy.digests import EVERYWHERE, Digests
from integration.privacy.landed_events import (
    delete_user_events,
    events_of_sessions,
    replace_fields,
    sessions_with_texts,
    texts_of_events,
    zoom_users_with_addresses,
)
from integration.privacy.redaction import (
    Affiliation,
    RedactedSession,
    RedactionContext,
    SessionEvent,
    Tombstone,
    candidate_digests,
    redact_session,
    zoom_user_ids_of,
)
from integration.privacy.stored_tombstones import (
    add_tombstones,
    exclusions_of_people,
    known_tombstones,
)
from integration.privacy.texts import digits_of, keys_in, name_of, number_in_name
from integration.zoom.parties import TOPIC, ZOOM_USER, fields_of

# The kind of personal data in each field of a landed event.
FIELDS = {
    field: kind
    for fact, kind in (
        ("email", "person_key"),
        ("name", "name"),
        ("phone_number", "phone_number"),
        ("phone_digest", "phone_digest"),
        ("zoom_user_id", "zoom_user_id"),
    )
    for field in fields_of(fact)
} | {TOPIC: "topic"}
# Kinds that are distinctive enough to search long texts for them.
SEARCHED_FOR = ("person_key", "name", "zoom_user_id")
# Kinds that are searched for in the spelling of the events, too.
AS_WRITTEN = ("person_key", "phone_number")
SESSIONS_AT_ONCE = 200


class Redactor:
    """Redacts one organization's events in one batch, in the caller's transaction."""

    def __init__(self, connection: psycopg.Connection, batch: int, digests: Digests) -> None:
        self._connection = connection
        self._batch = batch
        self._digests = digests
        self.texts: set[str] = set()  # texts found about the erased people
        self.removed: Counter[str] = Counter()  # events and Zoom users, changed or deleted

    @property
    def organization_id(self) -> str:
        return self._digests.organization_id

    def known(self, digests: Collection[str]) -> dict[str, str]:
        """Digest -> person, for the digests that are tombstones."""
        return known_tombstones(self._connection, self.organization_id, digests)

    def add(self, tombstones: Iterable[Tombstone]) -> bool:
        """Adds tombstones; returns whether one of them is new and applies beyond its session."""
        found = set(tombstones)
        known = self.known([each.digest for each in found])
        new = {each for each in found if each.digest not in known}
        marks = new_marks(self._connection, self._digests, new)
        add_tombstones(
            self._connection,
            self.organization_id,
            {(each.kind, each.digest, each.person, each.exclusion_id) for each in found | marks},
        )
        self.texts |= {each.value for each in new if each.kind in SEARCHED_FOR}
        return any(each.kind in EVERYWHERE for each in new)

    def exclusion_of(self, person: str) -> int:
        """The exclusion because of which the person is never stored; 0 if they were erased."""
        exclusions, erased = exclusions_of_people(self._connection, self.organization_id, [person])
        return 0 if person in erased else exclusions.get(person, 0)

    def redact_arriving(
        self, arriving: Mapping[str, list[SessionEvent]]
    ) -> dict[str, RedactedSession]:
        """Session -> its arriving events, redacted. If a session names an erased person, its landed
        events are redacted at once.
        """
        recognized = self._recognized(
            {session: list(events) for session, events in arriving.items()}
        )
        landed = self._landed(recognized.keys())
        results = {}
        for session in recognized:
            arrived = arriving.get(session, [])
            results[session] = self._redact(session, arrived, landed[session])
        return results

    def redact_landed(self) -> None:
        """Redacts all landed events, and repeats this until nothing new is found."""
        is_unfinished = True
        while is_unfinished:
            texts = self._texts_of_erased_people()
            self.texts |= {text for name, text in texts if FIELDS[name] in AS_WRITTEN}
            sessions = sessions_with_texts(self._connection, self.organization_id, texts)
            self._delete_users(texts)
            is_unfinished = self.redact_sessions(sessions)

    def redact_sessions(self, session_ids: list[str]) -> bool:
        """Redacts these sessions; returns whether something was found that applies beyond them."""
        found: set[Tombstone] = set()
        for first in range(0, len(session_ids), SESSIONS_AT_ONCE):
            some = session_ids[first : first + SESSIONS_AT_ONCE]
            landed = self._landed(some)
            for session in some:
                found |= self._redact(session, [], landed[session]).found
        return self.add(found)

    def _recognized(self, arriving: dict[str, list[SessionEvent]]) -> dict[str, None]:
        candidates = {
            session: set().union(
                *(candidate_digests(self._digests, session, each) for each in events)
            )
            for session, events in arriving.items()
        }
        known = self.known(set().union(*candidates.values()))
        return {session: None for session, own in candidates.items() if own & known.keys()}

    def _landed(self, session_ids: Collection[str]) -> dict[str, list[SessionEvent]]:
        landed: dict[str, list[SessionEvent]] = defaultdict(list)
        for each in events_of_sessions(self._connection, self.organization_id, session_ids):
            landed[each.session_id].append(SessionEvent(each.event_id, each.event, each.fields))
        return landed

    def _redact(
        self, session: str, arriving: list[SessionEvent], landed: list[SessionEvent]
    ) -> RedactedSession:
        events = [*arriving, *landed]
        candidates = set().union(
            *(candidate_digests(self._digests, session, each) for each in events)
        )
        tombstones = self.known(candidates)
        exclusions, erased = exclusions_of_people(
            self._connection, self.organization_id, set(tombstones.values())
        )
        ids_of_others = self._ids_of_others(zoom_user_ids_of(events))
        known = RedactionContext(
            tombstones, ids_of_others, exclusions, erased, self._affiliations(tombstones.values())
        )
        result = redact_session(self._digests, session, events, known)
        landed_ids = {each.event_id for each in landed}
        changed = {key: fields for key, fields in result.changed.items() if key in landed_ids}
        self.removed["zoom_raw.events"] += replace_fields(
            self._connection, self.organization_id, changed, self._batch
        )
        return result

    def _affiliations(self, people: Collection[str]) -> dict[str, Affiliation]:
        """Person -> affiliation, of those who were not simply external."""
        marks = marks_of(self._digests, set(people))
        known = self.known(marks)
        return dict(mark for digest, mark in marks.items() if digest in known)

    def _ids_of_others(self, zoom_user_ids: set[str]) -> frozenset[str]:
        """The ids of Zoom users with the address of someone who was not erased."""
        addresses = zoom_users_with_addresses(self._connection, self.organization_id, zoom_user_ids)
        keys = {
            zoom_user_id: {self._digests.of("person_key", key) for key in keys_in(email)}
            for zoom_user_id, email in addresses
        }
        known = self.known(set().union(*keys.values()))
        return frozenset(each for each, own in keys.items() if not own & known.keys())

    def _texts_of_erased_people(self) -> list[tuple[str, str]]:
        """(field, text) of landed events that match tombstones."""
        texts = texts_of_events(self._connection, self.organization_id, list(FIELDS))
        digests = {
            (name, text): digests_of(self._digests, FIELDS[name], text) for name, text in texts
        }
        known = self.known(set().union(*digests.values()))
        return [text for text, own in digests.items() if own & known.keys()]

    def _delete_users(self, texts: list[tuple[str, str]]) -> None:
        identities = (ZOOM_USER["email"], ZOOM_USER["zoom_user_id"])
        own = [(name, text) for name, text in texts if name in identities]
        self.removed["zoom_raw.events"] += delete_user_events(
            self._connection, self.organization_id, own
        )
        listed = zoom_users_with_emails(self._connection, self.organization_id)
        digests = {
            user: digests_of(self._digests, "zoom_user_id", user[0])
            | digests_of(self._digests, "person_key", user[1])
            for user in listed
        }
        known = self.known(set().union(*digests.values()))
        erased = [user for user, own in digests.items() if own & known.keys()]
        self.removed["zoom_raw.users"] += delete_zoom_users(
            self._connection, self.organization_id, erased
        )
        self.texts |= {email for _, email in erased if email and keys_in(email)}


def digests_of(digests: Digests, kind: str, text: str | None) -> set[str]:
    """The digests by which a text of this kind would be recognized as an erased person's."""
    values: list[tuple[str, str | None]]
    match kind:
        case "person_key":
            values = [("person_key", key) for key in keys_in(text)]
        case "name":
            values = [("person_key", key) for key in keys_in(text)]
            values += [("name", name_of(text)), ("phone_number", number_in_name(text))]
        case "phone_number":
            values = [("phone_number", digits_of(text))]
        case "phone_digest":
            return {text} if text else set()
        case _:
            values = [(kind, text)]
    return {digests.of(kind, value) for kind, value in values if value}
