"""Stores what Zoom has answered, unless the account was erased meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from integration.connections.connections import keep_account
from integration.healing.days import Task


class AccountErased(Exception):
    """The account was erased while Zoom's answers were awaited: nothing of it may be stored."""


@contextmanager
def storing(database: psycopg.Connection, task: Task) -> Iterator[None]:
    """A transaction during which nobody erases the account. Raises AccountErased if it is gone."""
    with database.transaction():
        if not keep_account(
            database,
            organization_id=task.organization_id,
            zoom_account_id=task.zoom_account_id,
        ):
            raise AccountErased
        yield
