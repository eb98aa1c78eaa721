"""Applies the settings for topics and phone numbers to what is landed (contract, 5.17): to arriving
events and, after a change, to the events that were landed before it.

Text that was removed does not come back when the setting is changed again.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial

import psycopg

from integration.privacy.applied_tombstones import Keys, digests_with_keys
from integration.privacy.landed_events import delete_unread_bodies, replace_fields
from integration.privacy.reduced_fields import keeps_everything, reduced_fields
from integration.privacy.settings import VALUES, PrivacySettings, privacy_settings_of
from integration.privacy.stored_tombstones import NoTombstoneKey
from integration.zoom.parties import CALL, PARTICIPANT, TOPIC

Reducer = Callable[[str, dict[str, str]], dict[str, str]]  # of an event's name and fields
EVENTS_AT_ONCE = 5000
_NOT_REDUCED = (VALUES["topics"][0], VALUES["phone_numbers"][0])
_REDUCED_FIELDS = [
    TOPIC,
    PARTICIPANT["name"],
    *(names[fact] for names in CALL.values() for fact in ("phone_number", "name")),
]


def reducers(
    connection: psycopg.Connection, organizations: Collection[str], *, keys: Keys
) -> dict[str, Reducer]:
    """Organization -> what removes the parts of an event's fields that it does not keep. An
    organization that keeps everything has none.
    """
    settings = privacy_settings_of(connection, organizations)
    return {
        organization_id: _reducer(connection, organization_id, each, keys=keys)
        for organization_id, each in settings.items()
        if not keeps_everything(each)
    }


def changed_organizations(connection: psycopg.Connection) -> dict[str, PrivacySettings]:
    """The organizations whose landed events were reduced by settings other than those in force."""
    applied = {
        organization_id: (topics, phone_numbers)
        for organization_id, topics, phone_numbers in connection.execute(
            "select organization_id, topics, phone_numbers from pipeline.applied_privacy"
        )
    }
    # All organizations, because a release may have defaults other than those of the one before.
    present = connection.execute("select organization_id from worksights.organizations")
    organizations = applied.keys() | {organization_id for (organization_id,) in present}
    return {
        organization_id: settings
        for organization_id, settings in privacy_settings_of(connection, organizations).items()
        if applied.get(organization_id, _NOT_REDUCED) != _applied_part(settings)
    }


def reduce_landed(connection: psycopg.Connection, batch: int, *, keys: Keys) -> int:
    """Reduces the landed events of organizations with changed settings, which then enter this
    batch's change set. Returns the number of changed events. Without the key, which a setting that
    SQL wrote may need, they stay as they are until a later batch.
    """
    changed = 0
    for organization_id, settings in changed_organizations(connection).items():
        with suppress(NoTombstoneKey), connection.transaction():
            if not keeps_everything(settings):
                reduce = _reducer(connection, organization_id, settings, keys=keys)
                changed += _reduce_events(connection, organization_id, reduce, batch)
                delete_unread_bodies(connection, organization_id)
            connection.execute(
                """
                insert into pipeline.applied_privacy (organization_id, topics, phone_numbers)
                values (%s, %s, %s)
                on conflict (organization_id) do update
                set topics = excluded.topics, phone_numbers = excluded.phone_numbers
                """,
                [organization_id, *_applied_part(settings)],
            )
    return changed


def _applied_part(settings: PrivacySettings) -> tuple[str, str]:
    return settings.topics, settings.phone_numbers


def _reducer(
    connection: psycopg.Connection, organization_id: str, settings: PrivacySettings, *, keys: Keys
) -> Reducer:
    digests = None
    if settings.phone_numbers != "full":
        digests = digests_with_keys(connection, organization_id, keys)
    return partial(reduced_fields, settings=settings, digests=digests)


def _reduce_events(
    connection: psycopg.Connection, organization_id: str, reduce: Reducer, batch: int
) -> int:
    changed = 0
    with connection.cursor(name="landed_events") as cursor:
        cursor.execute(
            "select event_id, event, fields from zoom_raw.events "
            "where organization_id = %s and fields ?| %s::text[]",
            [organization_id, _REDUCED_FIELDS],
        )
        while some := cursor.fetchmany(EVENTS_AT_ONCE):
            reduced = {
                event_id: (fields, reduce(event, fields)) for event_id, event, fields in some
            }
            different = {
                event_id: after for event_id, (before, after) in reduced.items() if before != after
            }
            changed += replace_fields(connection, organization_id, different, batch)
    return changed
