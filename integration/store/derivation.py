"""Which state of the dbt project the views in the database were built from."""

import psycopg


def views_are_built(connection: psycopg.Connection, fingerprint: str) -> bool:
    """Whether the views are those of this state of the project."""
    return connection.execute(
        "select exists (select from pipeline.built_views where fingerprint = %s)", [fingerprint]
    ).fetchone()[0]


def note_views(connection: psycopg.Connection, fingerprint: str) -> None:
    """The views of this state of the project have been built."""
    connection.execute(
        """
        insert into pipeline.built_views (is_one, fingerprint) values (true, %s)
        on conflict (is_one) do update set fingerprint = excluded.fingerprint, built_at = now()
        """,
        [fingerprint],
    )
