"""Finds an organization's open causes."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.causes.cause import OpenCause
from integration.causes.connections import causes_of_connections
from integration.causes.failures import causes_of_deliveries, causes_of_failures
from integration.causes.people import Unmapped, causes_of_people
from integration.causes.refused import causes_of_refused, needed
from integration.causes.reported import causes_of_reported, missing_of
from integration.causes.silence import causes_of_silence
from integration.causes.updates import causes_of_audit, causes_of_updates
from integration.connections.listed import ListedConnection, connections_of
from integration.connections.refused_sources import refused_sources
from integration.connections.reported import reported
from integration.pipeline.arrivals import Arrivals, Batches, arrivals_of, batches_of_installation
from integration.pipeline.failed_sessions import failures_by_organization
from integration.pipeline.job_states import AUDIT_JOB, state_of_job


@dataclass(frozen=True)
class State:
    """What is known of an organization's accounts: all connections, the arrivals of those in use,
    and the batches of the installation.
    """

    connections: list[ListedConnection]
    arrivals: list[Arrivals]
    batches: Batches

    @property
    def in_use(self) -> list[ListedConnection]:
        return [one for one in self.connections if one.disconnected_at is None]


def state_of(connection: psycopg.Connection, *, organization_id: str, now: datetime) -> State:
    connections = connections_of(connection, organization_id=organization_id)
    accounts = [one.zoom_account_id for one in connections if one.disconnected_at is None]
    return State(
        connections,
        arrivals_of(connection, accounts, now=now),
        batches_of_installation(connection),
    )


def open_causes(
    connection: psycopg.Connection,
    state: State,
    unmapped: Unmapped,
    *,
    organization_id: str,
    now: datetime,
) -> list[OpenCause]:
    """The open causes, the most urgent first. If no account is in use, only causes of connections
    (the app was removed) are returned: all others would be about an earlier account.
    """
    found = causes_of_connections(state.connections, now=now)
    if not state.in_use:
        return found
    accounts = reported(connection, organization_id=organization_id)
    waiting = [one.waiting_since for one in state.arrivals if one.waiting_since is not None]
    return [
        *found,
        *causes_of_silence(connection, state.in_use, state.arrivals, now=now),
        *causes_of_reported(missing_of(accounts)),
        *causes_of_updates(
            state.batches,
            waiting_since=min(waiting, default=None),
            connected_at=[one.connected_at for one in state.in_use],
            now=now,
        ),
        *causes_of_audit(state_of_job(connection, AUDIT_JOB)),
        *causes_of_failures(failures_by_organization(connection, organization_id=organization_id)),
        *causes_of_deliveries(state.arrivals),
        *causes_of_refused(
            needed(refused_sources(connection, organization_id=organization_id), accounts),
            state.in_use,
        ),
        *causes_of_people(unmapped),
    ]
