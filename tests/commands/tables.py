"""Where in a database a text is."""

from tests.commands.program import rows


def tables_with(url: str, *texts: str) -> list[str]:
    """Every table, including Dagster's, with a row that contains one of the texts."""
    tables = rows(
        url,
        """
        select quote_ident(nspname) || '.' || quote_ident(relname) from pg_class
        inner join pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'p') and not relispartition
            and nspname !~ '^(pg_|information_schema)'
        """,
    )
    found = []
    for (table,) in tables:
        query = f"select exists (select from {table} as t where strpos(lower(t::text), %s) > 0)"  # noqa: S608 - a name from the catalogue
        if any(rows(url, query, text.lower())[0][0] for text in texts):
            found.append(table)
    return found
