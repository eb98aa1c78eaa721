"""Who is not erased: active users, and numbers of people who have an address or a Zoom user."""

import psycopg

from integration.privacy.digests import Digests
from integration.privacy.landed_events import zoom_users_with_addresses
from integration.privacy.lookups import worksights_users
from integration.privacy.sides import mappings_of, sides_with_number
from integration.privacy.subjects import Subject
from integration.privacy.texts import keys_in

_IS_ACTIVE = {
    "person_key": "This email belongs to",
    "phone_number": "This phone number belongs to",
    "leg": "This participant is",
}


class Refused(Exception):
    """The person is not erased; the message names the next step."""


class ActiveUser(Refused):
    """The person is, or was, a WorkSights user who is active."""


def refuse(connection: psycopg.Connection, digests: Digests, subject: Subject) -> None:
    """Raises ActiveUser if the person is an active user, who must be deactivated first; Refused for
    a number of someone with an address or a Zoom user, who is not known only by the number.
    """
    zoom_user_ids, keys = subject.values("zoom_user_id"), subject.values("person_key")
    sides = [
        side
        for number in subject.values("phone_number")
        for side in sides_with_number(connection, digests, number)
        if side.is_identified
    ]
    zoom_user_ids |= {side.zoom_user_id for side in sides if side.zoom_user_id}
    keys |= {key for side in sides for key in keys_in(side.email)}
    if _is_active(connection, digests.organization_id, subject, zoom_user_ids, keys):
        raise ActiveUser(
            f"{_IS_ACTIVE[subject.identified_by]} an active WorkSights user. Deactivate the user "
            "first. Nothing was erased."
        )
    if sides:
        raise Refused(
            "This phone number was seen with an email or a Zoom user. Erase that person with "
            "--email, or a single participant with --participant. Nothing was erased."
        )


def _is_active(
    connection: psycopg.Connection,
    organization_id: str,
    subject: Subject,
    zoom_user_ids: set[str],
    keys: set[str],
) -> bool:
    """Whether an active user has one of the addresses, or one of the Zoom users is theirs."""
    user_ids = set(subject.user_ids)
    if zoom_user_ids:
        addresses = zoom_users_with_addresses(connection, organization_id, zoom_user_ids)
        keys = keys | {key for _, email in addresses for key in keys_in(email)}
        user_ids |= mappings_of(connection, organization_id, zoom_user_ids)
    return any(
        user.is_active
        and (user.user_id in user_ids or any(keys & keys_in(email) for email in user.emails))
        for user in worksights_users(connection, organization_id)
    )
