"""The counts of a preview, as far as its viewer may see them, with their row in the access log."""

from collections.abc import Callable, Collection

import psycopg

from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.changes.effects import Effect
from integration.web.page.visit import Visit


def shown_effects(
    visit: Visit,
    connection: psycopg.Connection,
    count: Callable[[], list[Effect]],
    *,
    users: Collection[str | None],
) -> list[Effect] | None:
    """What `count` finds about the sessions of these users. None if the viewer may not see counts
    of activity: Technical Admins may not, and nobody may while only groups are shown, because the
    counts may be about fewer people than a group has.
    """
    if not visit.may(Right.SEE_ACTIVITY_COUNTS):
        visit.record(connection, Act.EFFECTS)
        return None
    visit.record(connection, Act.EFFECTS, users=users)
    return count()
