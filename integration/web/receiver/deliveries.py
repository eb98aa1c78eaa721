"""Stores deliveries in `ingress.deliveries`: the receiver's connection pool and its one insert.

The role `receiver` can insert but not read. Each statement is committed durably on its own: when
`store_delivery` returns, the delivery is on disk.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from integration.database.address import conninfo
from integration.database.session import check_session_async

Result = TypeVar("Result")

# Zoom gives up after 3 s and retries after 5 minutes, so the wait for a connection and the
# statement together must take less. The server enforces the second limit; the third applies if the
# server hangs.
CONNECTION_WAIT_SECONDS = 1.0
STATEMENT_MILLISECONDS = 1400
ANSWER_SECONDS = 2.5
CONNECT_SECONDS = 2  # the shortest that psycopg accepts
# After this time without a response the pool stops reconnecting in the background and reconnects at
# the next request instead. With the default of five minutes, the pauses between its attempts grow
# to two minutes, in which it would not notice that the database is back.
RECONNECT_SECONDS = 0.8  # less than the wait, so that a short outage is not noticed
POOL_MIN, POOL_MAX = 2, 10

# Event names and account ids have at most 60 characters. A row of an index holds 2,700 bytes: with
# a longer value the insert would fail, and fail again at each of Zoom's retries.
TEXT_CHARACTERS = 200
ATTEMPT_BYTES = 8 << 10

INSERT_DELIVERY = """
    insert into ingress.deliveries
        (event, zoom_account_id, disposition, reason, body, body_size, body_sha256)
    values
        (
            %(event)s, %(zoom_account_id)s, %(disposition)s, %(reason)s,
            %(body)s, %(body_size)s, %(body_sha256)s
        )
"""
# Requesting a transaction id makes the transaction a writing one, which a standby rejects. The
# query also fails if the database is not migrated or a privilege is missing.
CAN_COMMIT = """
    select
        has_any_column_privilege('ingress.deliveries', 'insert')
        and not current_setting('transaction_read_only')::boolean
        and pg_current_xact_id() is not null
"""


def receiver_pool(url: str) -> AsyncConnectionPool:
    """A pool that is not open yet; it can be opened without a database."""
    as_receiver = conninfo(
        url,
        role="receiver",
        synchronous_commit="on",  # whatever the server's default: a 2xx means stored on disk
        statement_timeout=str(STATEMENT_MILLISECONDS),
        lock_timeout=str(STATEMENT_MILLISECONDS),
    )

    async def check(connection: AsyncConnection) -> None:
        await check_session_async(connection, url, role="receiver")

    return AsyncConnectionPool(
        make_conninfo(
            as_receiver,
            connect_timeout=CONNECT_SECONDS,
            tcp_user_timeout=STATEMENT_MILLISECONDS,  # a server that vanished sends no reset
        ),
        kwargs={"autocommit": True},
        configure=check,
        min_size=POOL_MIN,
        max_size=POOL_MAX,
        timeout=CONNECTION_WAIT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        open=False,
        name="receiver",
    )


async def with_connection(
    pool: AsyncConnectionPool, work: Callable[[AsyncConnection], Awaitable[Result]]
) -> Result:
    """The result of `work` on a connection of the pool, or psycopg.Error within ANSWER_SECONDS."""
    task = asyncio.create_task(_on_a_live_connection(pool, work))
    done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
    if not done:
        # Not cancelled: psycopg would still wait for the server. If it stores the delivery late,
        # Zoom's retry is only a duplicate.
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise psycopg.OperationalError("the server does not answer")
    return task.result()


async def _on_a_live_connection(
    pool: AsyncConnectionPool, work: Callable[[AsyncConnection], Awaitable[Result]]
) -> Result:
    """Runs `work`, and retries it on the next connection while connections are dead, until the time
    is up. After a database restart, the pool notices dead connections only when they are used. A
    commit that was interrupted may be repeated, which only stores a duplicate.

    Retries once if a check fails: when a delivery's month is created while its insert waits for the
    default partition, that partition no longer accepts it.
    """
    has_failed_a_check = False
    deadline = monotonic() + CONNECTION_WAIT_SECONDS
    while True:
        connection = None
        try:
            async with pool.connection(timeout=deadline - monotonic()) as connection:
                return await work(connection)
        except psycopg.OperationalError:
            if connection is None or not connection.closed or monotonic() >= deadline:
                raise
        except psycopg.errors.CheckViolation:
            if has_failed_a_check or monotonic() >= deadline:
                raise
            has_failed_a_check = True


async def store_delivery(
    connection: AsyncConnection,
    *,
    event: str | None,
    zoom_account_id: str | None,
    disposition: str,
    reason: str | None,
    body: bytes | None,
    body_size: int,
    body_sha256: str,
) -> None:
    """Stores one delivery and commits it; psycopg.Error if it could not be stored."""
    await connection.execute(
        INSERT_DELIVERY,
        {
            "event": _storable(event),
            "zoom_account_id": _storable(zoom_account_id),
            "disposition": disposition,
            "reason": reason,
            "body": body,
            "body_size": body_size,
            "body_sha256": body_sha256,
        },
    )


async def store_validation(connection: AsyncConnection, *, age_seconds: float) -> None:
    """Stores that Zoom validated the URL, and how long ago by the clock of the database;
    psycopg.Error if it could not be stored.
    """
    await connection.execute(
        "insert into ingress.url_validations (validated_at) "
        "values (now() - make_interval(secs => %s))",
        [age_seconds],
    )


async def can_commit(connection: AsyncConnection) -> bool:
    """Whether a delivery could be stored now; psycopg.Error if the database rejects the check."""
    cursor = await connection.execute(CAN_COMMIT)
    row = await cursor.fetchone()
    return row is not None and row[0]


async def try_to_store(connection: AsyncConnection) -> None:
    """Stores a delivery and takes it back; psycopg.Error if it could not be stored. Its body is as
    long as one that Postgres stores apart from the row, and cannot be compressed.
    """
    async with connection.transaction(force_rollback=True):
        await store_delivery(
            connection,
            event=None,
            zoom_account_id=None,
            disposition="quarantined",
            reason="an attempt of the receiver",
            body=os.urandom(ATTEMPT_BYTES),
            body_size=ATTEMPT_BYTES,
            body_sha256="0" * 64,
        )


def _storable(text: str | None) -> str | None:
    """The text without what Postgres cannot store: NUL and halves of surrogate pairs."""
    if text is None:
        return None
    kept = text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return kept[:TEXT_CHARACTERS] or None
