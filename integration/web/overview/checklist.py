"""The first hour: the steps from a connected Zoom account to the first entry, with their states."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.causes.connections import ACCESS, IMPORT
from integration.causes.people import NOT_REVIEWED
from integration.causes.silence import NONE_YET
from integration.connections.listed import ListedConnection
from integration.database import rows
from integration.pipeline.marts import marts_exist
from integration.web.overview.numbers import PeopleCounts

STEPS = ("account", "import", "mapping", "webhook", "entry")
# Causes that are steps of the checklist.
_COVERED = {NOT_REVIEWED: "mapping", NONE_YET: "webhook", ACCESS: "import", IMPORT: "import"}


@dataclass(frozen=True)
class Checklist:
    """`done` has the names of the finished steps. `connections` are those in use."""

    connections: Sequence[ListedConnection]
    people: PeopleCounts
    first_received_at: datetime | None
    done: frozenset[str]

    @property
    def now(self) -> str:
        """The one thing to do now: the first step that is not finished."""
        return next(step for step in STEPS if step not in self.done)

    def state(self, step: str) -> str:
        """Of a step: "done", "now" or "later"."""
        return "done" if step in self.done else "now" if step == self.now else "later"

    @property
    def number_done(self) -> int:
        return len(self.done)

    def covers(self, cause: str) -> bool:
        """Whether the checklist says the same as this cause would."""
        return cause in _COVERED and _COVERED[cause] not in self.done

    @property
    def failing(self) -> list[ListedConnection]:
        """The accounts whose users could not be imported."""
        return [one for one in self.connections if one.status == "needs_attention"]


def checklist_of(
    connection: psycopg.Connection,
    connections: Sequence[ListedConnection],
    people: PeopleCounts,
    *,
    organization_id: str,
) -> Checklist | None:
    """The checklist; None once the organization has an entry. `connections` are those in use."""
    if has_entries(connection, organization_id=organization_id):
        return None
    first = first_received(connection, [one.zoom_account_id for one in connections])
    is_imported = bool(connections) and all(
        one.users_imported_at is not None for one in connections
    )
    finished = {
        "account": bool(connections),
        "import": is_imported,
        "mapping": is_imported and not people.unreviewed,
        "webhook": first is not None,
    }
    return Checklist(
        connections=connections,
        people=people,
        first_received_at=first,
        done=frozenset(step for step, is_finished in finished.items() if is_finished),
    )


def has_entries(connection: psycopg.Connection, *, organization_id: str) -> bool:
    return marts_exist(connection) and rows.scalar(
        connection,
        bool,
        "select exists (select from timeline.activities where organization_id = %s)",
        [organization_id],
    )


def first_received(
    connection: psycopg.Connection, zoom_account_ids: Sequence[str]
) -> datetime | None:
    """When the first webhook of these accounts arrived. None also before the first batch, which
    creates the view on the ledger.
    """
    if not marts_exist(connection):
        return None
    return rows.maybe_scalar(
        connection,
        datetime,
        "select min(received_at) from operations.deliveries where zoom_account_id = any(%s)",
        [list(zoom_account_ids)],
    )
