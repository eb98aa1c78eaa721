"""How recent derived data is: for the line below the heading of every page that shows some."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.causes.updates import causes_of_updates
from integration.connections.listed import connections_of
from integration.database import rows
from integration.pipeline.arrivals import batches_of_installation
from integration.pipeline.marts import marts_exist
from integration.web.page.visit import Visit


@dataclass(frozen=True)
class Freshness:
    """The data includes everything that was received by `as_of`, None before the first batch has
    finished. `late_since` is None unless batches fail, are late or do not run.
    """

    as_of: datetime | None
    late_since: datetime | None = None


def freshness_of(visit: Visit, connection: psycopg.Connection) -> Freshness:
    """For the viewer's organization. It is late by the same rule as on the Overview."""
    connections = connections_of(connection, organization_id=visit.viewer.organization_id)
    in_use = [one for one in connections if one.disconnected_at is None]
    connected_at = [one.connected_at for one in in_use]
    late = (
        causes_of_updates(
            batches_of_installation(connection),
            waiting_since=_waiting_since(connection, [one.zoom_account_id for one in in_use]),
            connected_at=connected_at,
            now=visit.now,
        )
        if in_use
        else []
    )
    late_since = (late[0].since or min(connected_at)) if late else None
    return Freshness(_finished_as_of(connection), late_since)


def _finished_as_of(connection: psycopg.Connection) -> datetime | None:
    """The time of the newest batch that every table has processed. A running batch has replaced
    only some tables.
    """
    return rows.maybe_scalar(
        connection,
        datetime,
        "select least(as_of, finished_at) from pipeline.batches where finished_at is not null "
        "order by batch desc limit 1",
    )


def _waiting_since(connection: psycopg.Connection, zoom_account_ids: list[str]) -> datetime | None:
    """When the oldest delivery that no batch has processed was received. By its number, because
    after an outage there may be hundreds of thousands.
    """
    if not marts_exist(connection):
        return None
    return rows.maybe_scalar(
        connection,
        datetime,
        """
        select received_at from operations.deliveries
        where disposition = 'waiting' and zoom_account_id = any(%s)
        order by delivery_id limit 1
        """,
        [zoom_account_ids],
    )
