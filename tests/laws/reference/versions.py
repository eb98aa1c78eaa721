"""Facts that change, and what was known about them at a time (5.8)."""

from datetime import datetime
from typing import NamedTuple

from tests.laws.reference.emails import address
from tests.laws.reference.world import User, World


class Version(NamedTuple):
    known_from: datetime
    value: str | None


Versions = list[Version]


def at_the_time(versions: Versions, at: datetime) -> str | None:
    """The latest version known by then; at equal times, the greatest. The first version also
    applies to the time before it.
    """
    if not versions:
        return None
    since = max(at, min(versions).known_from)
    return max(version for version in versions if version.known_from <= since).value


def emails_of_users(world: World) -> dict[str, Versions]:
    """Each user's emails, from the batches that first saw them."""
    emails: dict[str, Versions] = {}
    for batch in world.batches:
        for user in batch.settings.users:
            versions = emails.setdefault(user.user_id, [])
            if not versions or versions[-1].value != _email_of(user):
                versions.append(Version(batch.as_of, _email_of(user)))
    return emails


def _email_of(user: User) -> str | None:
    return address(user.email)
