"""Whether dbt has built what pages read: before the first batch there is no table to ask."""

import psycopg

LAST_BUILT = "clientsights.company_relationships"


def marts_are_there(connection: psycopg.Connection) -> bool:
    return connection.execute("select to_regclass(%s) is not null", [LAST_BUILT]).fetchone()[0]
