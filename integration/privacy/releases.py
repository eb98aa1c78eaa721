"""Whether an organization has released its data for processing (contract, 5.17: `processing`)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import psycopg


@dataclass(frozen=True)
class Releases:
    """The changes to the setting: (when, whether it is held from then on), the latest last."""

    changes: tuple[tuple[datetime, bool], ...] = ()

    def is_held(self, received_at: datetime) -> bool:
        """Whether what arrived then is never landed: it is held now, or it was then. So a release
        brings nothing back, however late the next batch is.
        """
        if not self.changes:
            return False
        then = [is_held for changed_at, is_held in self.changes if changed_at <= received_at]
        return self.changes[-1][1] or (bool(then) and then[-1])


def releases_of(
    connection: psycopg.Connection, organizations: Collection[str]
) -> dict[str, Releases]:
    """Organization -> its releases, for those that have ever changed the setting."""
    found = connection.execute(
        """
        select organization_id, changed_at, value = 'held' as is_held
        from integration.privacy_settings
        where name = 'processing' and organization_id = any(%s)
        order by organization_id, changed_at, setting_id
        """,
        [sorted(organizations)],
    )
    changes: dict[str, list[tuple[datetime, bool]]] = {}
    for organization_id, changed_at, is_held in found:
        changes.setdefault(organization_id, []).append((changed_at, is_held))
    return {organization: Releases(tuple(each)) for organization, each in changes.items()}
