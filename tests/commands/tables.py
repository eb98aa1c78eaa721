"""Where in a database a text is."""

import psycopg

TABLES = """
    select quote_ident(nspname) || '.' || quote_ident(relname) from pg_class
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and not relispartition
        and nspname !~ '^(pg_|information_schema)'
"""


def tables_with(url: str, *texts: str) -> list[str]:
    """Every table, including Dagster's, with a row that contains one of the texts."""
    wanted = [text.lower() for text in texts]
    with psycopg.connect(url) as connection:  # one for all: each takes longer than a search
        return [
            table
            for (table,) in connection.execute(TABLES).fetchall()
            if connection.execute(
                f"select exists (select from {table} as t, unnest(%s::text[]) as wanted (text) "  # noqa: S608 - a name from the catalogue
                "where strpos(lower(t::text), wanted.text) > 0)",
                [wanted],
            ).fetchone()[0]
        ]
