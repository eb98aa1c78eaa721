"""The page's connections to the database, each acting as the role `page`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg_pool import ConnectionPool

from integration.database import rows
from integration.database.address import conninfo
from integration.database.own_organization import limit_to, see_queues_of_everybody
from integration.database.session import check_session

POOL_MAX = 8
WAIT_SECONDS = 3.0  # for a connection; after that, the page says that it is not available
RECONNECT_SECONDS = 0.8  # as in the receiver's pool: the next request finds a restored database
STATEMENT_MILLISECONDS = 15_000  # no one waits longer for a page
# As the receiver's: a standby refuses it, and it fails if the database is not migrated.
CAN_ANSWER: LiteralString = """
    select
        has_table_privilege('integration.page_sessions', 'insert')
        and not current_setting('transaction_read_only')::boolean
        and pg_current_xact_id() is not null
"""


def page_pool(url: str) -> ConnectionPool:
    """A pool that is not open yet; it can be opened without a database.

    `with pool.connection()` is one transaction: committed at the end, rolled back by an exception.
    It sees no row of any organization before it names one: see the two functions below.
    """

    def check(connection: psycopg.Connection) -> None:
        # At any schema: the page is there until the next release, which migrates, has started.
        check_session(connection, url, role="page", at_any_schema=True)
        connection.commit()  # a rollback would undo the limit that check_session has set

    return ConnectionPool(
        conninfo(url, role="page", statement_timeout=str(STATEMENT_MILLISECONDS)),
        kwargs={
            # No prepared statements: a generic plan knows neither which filters are empty nor how
            # many days are requested. With one, Overview took twice as long.
            "prepare_threshold": None,
        },
        configure=check,
        min_size=1,
        max_size=POOL_MAX,
        timeout=WAIT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        check=ConnectionPool.check_connection,  # replaces connections that died with a restart
        open=False,
        name="page",
    )


@contextmanager
def of_organization(pool: ConnectionPool, organization_id: str) -> Iterator[psycopg.Connection]:
    """A transaction that sees and writes only rows of this organization."""
    with pool.connection() as connection:
        limit_to(connection, organization_id)
        yield connection


@contextmanager
def across_organizations(
    pool: ConnectionPool, *, timeout: float | None = None
) -> Iterator[psycopg.Connection]:
    """A transaction that sees the queues of all organizations, such as the waiting mails, and
    nothing else. Each use says why it is not of one organization.
    """
    with pool.connection(timeout=timeout) as connection:
        see_queues_of_everybody(connection)
        yield connection


def can_answer(pool: ConnectionPool) -> bool:
    """Whether pages can be answered now; psycopg.Error if the database rejects the check."""
    with pool.connection() as connection:
        return rows.scalar(connection, bool, CAN_ANSWER)
