"""Looks for open causes, once a minute, and puts the notifications of new ones on the list.

It runs beside the sender, not in a batch: a batch that does not run has to be noticed, too.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import psycopg

from integration.causes.cause import OpenCause
from integration.causes.disk import Disk
from integration.causes.open import open_causes, state_of
from integration.causes.operator import causes_of_installation
from integration.causes.people import Unmapped
from integration.causes.state import read_state
from integration.database import rows
from integration.database.own_organization import limit_to
from integration.notify.channels import Channels
from integration.notify.noticed import Noticed, is_time_to_look, store_found
from integration.notify.outbox import put_out
from integration.notify.recipients import recipients_of

logger = logging.getLogger(__name__)

Transaction = Callable[[], AbstractContextManager[psycopg.Connection]]
ReadDisk = Callable[[], Disk | None]
CountUnmapped = Callable[[psycopg.Connection, str], Unmapped]


def watch(
    transaction: Transaction,
    count: CountUnmapped,
    channels: Channels,
    *,
    read_disk: ReadDisk,
    has_own_app: bool,
    now: datetime,
) -> None:
    """Looks at every organization with a connection, each in a transaction of its own that is
    limited to it, and at the installation. `transaction` sees the queues of everybody.
    """
    with transaction() as connection:
        if not is_time_to_look(connection, now=now):
            return
        organizations = rows.scalars(
            connection, str, "select distinct organization_id from integration.connections"
        )
    for organization_id in [None, *organizations]:
        try:
            with transaction() as connection:
                found = (
                    causes_of_installation(
                        connection,
                        read_state(connection, disk=read_disk(), has_own_app=has_own_app, now=now),
                    )
                    if organization_id is None
                    else _causes_of(connection, count, organization_id=organization_id, now=now)
                )
                for one in store_found(connection, found, organization_id=organization_id, now=now):
                    _put_out(connection, one, channels, now=now)
        # One organization must not keep the others from being looked at.
        except Exception as error:
            is_database_gone = isinstance(error, psycopg.OperationalError) and not isinstance(
                error, psycopg.errors.QueryCanceled
            )
            if is_database_gone:
                raise
            logger.error("causes of %s: %s", organization_id, type(error).__name__)


def _causes_of(
    connection: psycopg.Connection, count: CountUnmapped, *, organization_id: str, now: datetime
) -> list[OpenCause]:
    limit_to(connection, organization_id)
    return open_causes(
        connection,
        state_of(connection, organization_id=organization_id, now=now),
        count(connection, organization_id),
        organization_id=organization_id,
        now=now,
    )


def _put_out(
    connection: psycopg.Connection, one: Noticed, channels: Channels, *, now: datetime
) -> None:
    to: list[str | None] = []
    if one.organization_id is not None:
        to += recipients_of(connection, one.organization_id, connection_id=one.subject)
    elif channels.operator:
        to.append(None)
    for channel in channels.names:
        for user_id in to if channel == "mail" else [None]:
            put_out(
                connection,
                channel,
                cause_id=one.cause_id,
                organization_id=one.organization_id,
                user_id=user_id,
                now=now,
            )
