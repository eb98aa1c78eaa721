"""Connects alembic to the database: through the connection that `migrate` passes, or through a new
one when `alembic` is run directly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection

from integration.database.migrate import engine_of
from integration.database.postgres import database_url
from integration.database.schema_version import VERSION_TABLE, comment_of
from integration.settings import read_settings


@contextmanager
def connection_to_use() -> Iterator[Connection]:
    given = context.config.attributes.get("connection")
    if given is not None:
        yield given
    else:
        with engine_of(database_url(read_settings())).connect() as own:
            yield own


def record(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """Writes the comment in the transaction of the migration, and calls what `migrate` passes."""
    for revision in step.destination_revision_ids:
        ctx.connection.exec_driver_sql(comment_of(revision))
    for call in context.config.attributes.get("on_version_apply", ()):
        call(ctx=ctx, step=step, heads=heads, run_args=run_args)


with connection_to_use() as connection:
    context.configure(
        connection=connection,
        version_table=VERSION_TABLE,
        version_table_schema="public",
        transaction_per_migration=True,
        on_version_apply=record,
    )
    with context.begin_transaction():
        context.run_migrations()
