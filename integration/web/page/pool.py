"""The page's connections to the database, each acting as the role `page`."""

import psycopg
from psycopg_pool import ConnectionPool

from integration.database.address import conninfo
from integration.database.session import check_session

POOL_MAX = 8
WAIT_SECONDS = 3.0  # for a connection; then the page says that the database does not answer
RECONNECT_SECONDS = 0.8  # as the receiver's pool: a database that is back is seen by the next try
STATEMENT_MILLISECONDS = 15_000  # nobody waits longer for a page


def page_pool(url: str) -> ConnectionPool:
    """A pool that is not open yet; opening it does not need the database to be there.

    `with pool.connection()` is one transaction: committed at the end, rolled back by an exception.
    """

    def check(connection: psycopg.Connection) -> None:
        check_session(connection, url, role="page")
        connection.commit()  # a rollback would undo the limit that the check has set

    return ConnectionPool(
        conninfo(url, role="page", statement_timeout=str(STATEMENT_MILLISECONDS)),
        kwargs={
            # No prepared statements: a plan for all parameters knows neither which filters are left
            # out nor how many days are asked for. Overview took twice as long with one.
            "prepare_threshold": None,
        },
        configure=check,
        min_size=1,
        max_size=POOL_MAX,
        timeout=WAIT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        check=ConnectionPool.check_connection,  # none of a database that was restarted is dead
        open=False,
        name="page",
    )
