"""Connects alembic to the database: through the connection that `migrate` passes, or through a new
one when `alembic` is run directly.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from integration.database.migrate import engine_of
from integration.database.postgres import database_url
from integration.settings import read_settings


@contextmanager
def connection_to_use() -> Iterator[Connection]:
    given = context.config.attributes.get("connection")
    if given is not None:
        yield given
    else:
        with engine_of(database_url(read_settings())).connect() as own:
            yield own


with connection_to_use() as connection:
    context.configure(
        connection=connection,
        # Not alembic's default name: Dagster, too, uses alembic in this database.
        version_table="worksights_zoom_schema",
        version_table_schema="public",
        transaction_per_migration=True,
        on_version_apply=context.config.attributes.get("on_version_apply", ()),
    )
    with context.begin_transaction():
        context.run_migrations()
