"""The receiver's side of `ingress.deliveries`: its pool of connections and its one insert.

The role `receiver` can insert and read nothing. Every connection commits each statement by itself,
durably: when `store_delivery` returns, the delivery is on disk.
"""

import asyncio
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

# Zoom gives up after 3 s and tries again in 5 minutes: the wait for a connection and the statement
# together stay below. The server keeps the second limit itself; when it hangs, the third ends it.
CONNECTION_WAIT_SECONDS = 1.0
STATEMENT_MILLISECONDS = 1400
ANSWER_SECONDS = 2.5
CONNECT_SECONDS = 2  # the least that psycopg takes
# After this long without an answer the pool stops trying by itself and tries at the next request
# instead. With its usual five minutes the pauses between its tries grow to two minutes, during
# which a database that is back is not seen.
RECONNECT_SECONDS = 0.8  # within the wait, so that a short absence is not noticed
POOL_MIN, POOL_MAX = 2, 10

# Event names and account ids have at most 60 characters. An index row has room for 2,700 bytes:
# with a longer value the insert would fail, and fail again each time Zoom repeats it.
TEXT_CHARACTERS = 200

INSERT_DELIVERY = """
    insert into ingress.deliveries
        (event, zoom_account_id, disposition, reason, body, body_size, body_sha256)
    values
        (
            %(event)s, %(zoom_account_id)s, %(disposition)s, %(reason)s,
            %(body)s, %(body_size)s, %(body_sha256)s
        )
"""
# An id for the transaction makes it one that is written: a standby refuses that. A database that is
# not migrated and a missing right show here too, rather than at the next delivery.
CAN_COMMIT = """
    select
        has_any_column_privilege('ingress.deliveries', 'insert')
        and not current_setting('transaction_read_only')::boolean
        and pg_current_xact_id() is not null
"""


def receiver_pool(url: str) -> AsyncConnectionPool:
    """A pool that is not open yet; opening it does not need the database to be there."""
    as_receiver = conninfo(
        url,
        role="receiver",
        synchronous_commit="on",  # whatever the server's default: an answer of 2xx means on disk
        statement_timeout=str(STATEMENT_MILLISECONDS),
        lock_timeout=str(STATEMENT_MILLISECONDS),
    )

    async def check(connection: AsyncConnection) -> None:
        await check_session_async(connection, url, role="receiver")

    return AsyncConnectionPool(
        make_conninfo(
            as_receiver,
            connect_timeout=CONNECT_SECONDS,
            tcp_user_timeout=STATEMENT_MILLISECONDS,  # a server that vanished sends no refusal
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
        # Not cancelled: psycopg waits for the server even then. What it stores late, Zoom's next
        # try repeats, which is only a duplicate.
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise psycopg.OperationalError("the server does not answer")
    return task.result()


async def _on_a_live_connection(
    pool: AsyncConnectionPool, work: Callable[[AsyncConnection], Awaitable[Result]]
) -> Result:
    """After a restart of the database the pool still holds dead connections. Each is found out by
    using it, so the next one is taken until the time is up. What broke during a commit may then be
    stored twice, a duplicate again.
    """
    deadline = monotonic() + CONNECTION_WAIT_SECONDS
    while True:
        connection = None
        try:
            async with pool.connection(timeout=deadline - monotonic()) as connection:
                return await work(connection)
        except psycopg.OperationalError:
            if connection is None or not connection.closed or monotonic() >= deadline:
                raise


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
    """One delivery, committed when this returns; psycopg.Error when it is not."""
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


async def can_commit(connection: AsyncConnection) -> bool:
    """Whether a delivery could be stored now; psycopg.Error when the database refuses."""
    cursor = await connection.execute(CAN_COMMIT)
    row = await cursor.fetchone()
    return row is not None and row[0]


def _storable(text: str | None) -> str | None:
    """What Postgres takes as text: JSON also has NUL and halves of surrogate pairs."""
    if text is None:
        return None
    kept = text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return kept[:TEXT_CHARACTERS] or None
