"""The organization whose rows a transaction of the page sees and writes: row-level security limits
it to them, whatever its queries say (docs/operations/rights.md).

Without it, a transaction sees none. It is set with SET LOCAL: Citus sends only this statement on to
its workers (with citus.propagate_set_commands = local), not a call of set_config().
"""

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Literal

EVERY = "*"  # no organization has this id


def limit_to(connection: psycopg.Connection, organization_id: str) -> None:
    """From now on, this transaction sees and writes only rows of this organization. RuntimeError
    outside a transaction, where the server would only warn, and the next statement see no row.
    """
    if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        raise RuntimeError("An organization is set for a transaction, and none is open.")
    connection.execute(
        SQL("set local worksights.organization = {}").format(Literal(organization_id))
    )


def see_queues_of_everybody(connection: psycopg.Connection) -> None:
    """From now on, this transaction sees and writes the few tables that are queues or lists of the
    whole installation, for every organization; and no row of any other table.
    """
    limit_to(connection, EVERY)
