"""The schemas of dbt's target `dev`, in which `worksights-zoom dbt` tries changes.

dbt creates them, such as dev_timeline, except for dev_pipeline: it contains what the models there
could not derive, and marks the others as its own.
"""

from collections import Counter

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from integration.database import rows


def prepare_dev_schemas(connection: psycopg.Connection, prefix: str) -> None:
    """Creates what dbt needs before it builds there; UndefinedTable if the database is not
    migrated.
    """
    schema = f"{prefix}_pipeline"
    failures = Identifier(schema, "failures")
    with connection.transaction():
        connection.execute("select 'pipeline.failures'::regclass")
        connection.execute(SQL("create schema if not exists {}").format(Identifier(schema)))
        connection.execute(
            SQL("create table if not exists {} (like pipeline.failures including all)").format(
                failures
            )
        )
        # An update may have changed the pipeline's table.
        connection.execute(
            SQL("select pipeline.match_columns({}::regclass, 'pipeline.failures')").format(
                Literal(f"{schema}.failures")
            )
        )


def dev_failures(connection: psycopg.Connection, prefix: str) -> Counter[tuple[str, str]]:
    """How much of each table could not be derived, by table and SQLSTATE."""
    found = connection.execute(
        SQL(
            "select model, error, count(*) from {} group by model, error order by model, error"
        ).format(Identifier(f"{prefix}_pipeline", "failures"))
    )
    return Counter({(model, error): count for model, error, count in found})


def dev_functions(connection: psycopg.Connection, prefix: str) -> set[str]:
    """The functions that were built there, by their names in the live schemas (schema.name)."""
    found = rows.scalars(
        connection,
        str,
        """
        select right(nspname, -length(%(start)s::text)) || '.' || proname
        from pg_proc
        inner join pg_namespace on pg_namespace.oid = pronamespace
        where starts_with(nspname, %(start)s::text)
        """,
        {"start": f"{prefix}_"},
    )
    return set(found)


def drop_dev_schemas(connection: psycopg.Connection) -> list[str]:
    """Drops everyone's schemas of this kind; returns their names, sorted."""
    with connection.transaction():
        schemas = rows.scalars(
            connection,
            str,
            """
            select dev.nspname
            from pg_namespace as dev
            inner join pg_namespace as marker
                on starts_with(dev.nspname, left(marker.nspname, -length('pipeline')))
            where right(marker.nspname, length('_pipeline')) = '_pipeline'
                and pg_get_userbyid(dev.nspowner) = current_user
                and pg_get_userbyid(marker.nspowner) = current_user
            group by dev.nspname
            order by dev.nspname collate "C"
            """,
        )
        for schema in schemas:
            connection.execute(SQL("drop schema {} cascade").format(Identifier(schema)))
    return schemas
