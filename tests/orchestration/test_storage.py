"""Dagster's storage keeps its connection, and replaces one that has ended."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from integration.commands.processes import environment
from integration.settings import environment_with, read_settings
from tests.patience import wait_until
from tests.pipeline.installation import Installation

SESSIONS = """
    select pid from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend'
        and pid <> pg_backend_pid()
"""


@pytest.fixture
def instance(installation: Installation) -> Iterator[Any]:
    import dagster as dg

    with (
        environment_with(**environment(read_settings(), installation.url)),
        dg.DagsterInstance.get() as instance,
    ):
        yield instance


@pytest.fixture
def watcher(installation: Installation) -> Iterator[psycopg.Connection]:
    with psycopg.connect(installation.url, autocommit=True) as connection:
        yield connection


def ask_each_part(instance: Any) -> None:
    """Reads runs, events and schedules."""
    assert (instance.get_runs_count(), instance.get_asset_keys()) == (0, [])
    assert instance.all_instigator_state() == []


def sessions(watcher: psycopg.Connection) -> set[int]:
    return {pid for (pid,) in watcher.execute(SESSIONS)}


def test_all_parts_of_the_storage_share_a_session(
    instance: Any, watcher: psycopg.Connection
) -> None:
    ask_each_part(instance)
    (session,) = sessions(watcher)
    for _ in range(3):
        ask_each_part(instance)
    assert sessions(watcher) == {session}


def test_a_session_that_the_server_has_ended_is_replaced(
    instance: Any, watcher: psycopg.Connection
) -> None:
    ask_each_part(instance)
    (ended,) = sessions(watcher)
    watcher.execute("select pg_terminate_backend(%s, 60000)", [ended])
    ask_each_part(instance)
    (session,) = sessions(watcher)
    assert session != ended


def test_another_instance_of_the_process_has_the_same_session(
    instance: Any, watcher: psycopg.Connection
) -> None:
    import dagster as dg

    ask_each_part(instance)
    (session,) = sessions(watcher)
    with dg.DagsterInstance.get() as another:
        ask_each_part(another)
    assert session in sessions(watcher)
    wait_until(lambda: sessions(watcher) == {session})  # one that was closed may still be listed
