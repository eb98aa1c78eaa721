"""Finds the participant of a session whom somebody wants erased."""

from collections.abc import Collection
from dataclasses import dataclass, field

import psycopg

from integration.database import rows
from integration.identity.address import person_key
from integration.privacy.landed_events import zoom_users_with_addresses
from integration.privacy.subjects import Subject, on_legs, with_address
from integration.privacy.texts import number_in_name


@dataclass(frozen=True)
class Participant:
    """`legs` are the legs of the session that are this participant, or the side of a call."""

    organization_id: str
    session_id: str
    legs: list[str]
    zoom_user_id: str | None
    user_id: str | None
    email: str | None = field(repr=False)


def find_participant(connection: psycopg.Connection, participant_id: str) -> Participant | None:
    """The participant with this id in `timeline.participants`; None if there is none."""
    if not _have_participants(connection):
        return None
    return rows.maybe_one(
        connection,
        Participant,
        """
        select
            organization_id,
            session_id,
            array(
                select distinct coalesce(legs.side, legs.leg_id)
                from intermediate.int_participant_legs as legs
                where legs.organization_id = participants.organization_id
                    and legs.session_id = participants.session_id
                    and legs.participant_id = participants.participant_id
            ) as legs,
            int_participants.zoom_user_id,
            int_participant_users.user_id,
            int_participants.email
        from timeline.participants
        inner join intermediate.int_participants
            using (organization_id, session_id, participant_id)
        left join intermediate.int_participant_users
            using (organization_id, session_id, participant_id)
        where participants.participant_id = %s
        """,
        [participant_id],
    )


def subject_of(connection: psycopg.Connection, participant: Participant) -> Subject:
    """Whom to erase: the person with the participant's address if it has one, otherwise only the
    person on these legs.
    """
    emails = [participant.email]
    if participant.zoom_user_id and not participant.email:
        emails += [
            email
            for _, email in zoom_users_with_addresses(
                connection, participant.organization_id, [participant.zoom_user_id]
            )
        ]
    user_ids = frozenset([participant.user_id] if participant.user_id else [])
    for email in emails:
        key = person_key(email) if email else None
        if key:
            return Subject(with_address(key).facts, user_ids)
    return on_legs(
        participant.session_id,
        participant.legs,
        zoom_user_id=participant.zoom_user_id,
        user_ids=user_ids,
    )


def participants_on_legs(
    connection: psycopg.Connection, organization_id: str, legs: Collection[tuple[str, str]]
) -> list[str]:
    """The ids of the participants on these legs, or sides: (session_id, leg)."""
    if not legs or not _have_participants(connection):
        return []
    return rows.scalars(
        connection,
        str,
        """
        select distinct legs.participant_id from intermediate.int_participant_legs as legs
        inner join unnest(%s::text[], %s::text[]) as wanted (session_id, leg)
            on wanted.session_id = legs.session_id
            and wanted.leg = coalesce(legs.side, legs.leg_id)
        where legs.organization_id = %s
        """,
        [[session for session, _ in legs], [leg for _, leg in legs], organization_id],
    )


def legs_named(
    connection: psycopg.Connection, organization_id: str, number: str
) -> list[tuple[str, str]]:
    """(session_id, leg) whose name is nothing but this number, and who are not known otherwise."""
    if not _have_participants(connection):
        return []
    found = connection.execute(
        """
        select session_id, leg_id, display_name from intermediate.int_participant_legs
        where organization_id = %s and side is null and email is null and zoom_user_id is null
            and regexp_replace(display_name, '[^0-9]', '', 'g') = %s
        """,
        [organization_id, number],
    )
    return [(session, leg) for session, leg, name in found if number_in_name(name) == number]


def _have_participants(connection: psycopg.Connection) -> bool:
    """Whether there was a batch."""
    return rows.scalar(connection, bool, "select to_regclass('timeline.participants') is not null")
