"""An installation under test: its database, its environment, its 20-minute job in this process."""

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from psycopg.sql import Composed

from integration.database.postgres import connect
from integration.pipeline.erasure import erase_account, erase_person
from integration.pipeline.rebuild import rebuild
from integration.privacy.subjects import Subject, with_address
from integration.settings import read_settings
from integration.zoom.envelope import open_envelope
from tests.dagster_in_memory import dagster_in_memory
from tests.databases import (
    MIGRATED,
    keep_as_template,
    new_database,
    share_what_dbt_parsed,
    with_own_logins,
)
from tests.pipeline.events import Body, to_bytes

ACCOUNTS = ("SimulatedAccountOne000", "SimulatedAccountTwo000", "SimulatedAccountThree0")
CLIENT_ID, CLIENT_SECRET = "client-of-the-tests", "made-up-client-secret"
ENCRYPTION_KEY = Fernet.generate_key().decode()
TOMBSTONE_KEY = "tombstone-key-of-the-tests-0123456789"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
LANDING = [["zoom_raw", "events"]]
CONNECTIONS = ["integration", "connections"]
IMPORT = [["zoom_raw", "users"], ["zoom_raw", "phone_users"]]


@dataclass(frozen=True)
class Installation:
    url: str

    def execute(
        self, query: str | Composed, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[tuple]:
        """Executes it as the owner and returns the rows, if any."""
        with connect(self.url, autocommit=True, at_any_schema=True) as connection:
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        ((found,),) = self.execute(query, parameters)
        return found

    def deliver(self, *bodies: Body | bytes, at: datetime) -> None:
        """Stores what the receiver stores for each, with its rights, as if received at `at`."""
        self.deliver_in_order([(body, at) for body in bodies])

    def deliver_in_order(self, deliveries: Sequence[tuple[Body | bytes, datetime]]) -> None:
        """The same, each with its own time of arrival."""
        with connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute("select coalesce(max(delivery_id), 0) from ingress.deliveries")
            (latest,) = cursor.fetchone()
            cursor.execute("set role receiver")
            cursor.executemany(_INSERT, [_as_received(body) for body, _ in deliveries])
            cursor.execute("reset role")
            cursor.execute(
                """
                update ingress.deliveries set received_at = arrival.at
                from unnest(%s::timestamptz[]) with ordinality as arrival (at, number)
                where delivery_id = %s + arrival.number
                """,
                [[at for _, at in deliveries], latest],
            )

    def organization(
        self,
        organization_id: str,
        *,
        account: str,
        users: Mapping[str, str],
        connected_at: datetime = LONG_AGO,
    ) -> str:
        """Creates it with WorkSights users (user_id -> email) and a connection; returns the id of
        the connection.
        """
        self.execute(
            "insert into worksights.organizations (organization_id, name) values (%s, 'A firm')",
            [organization_id],
        )
        for user_id, email in users.items():
            self.execute(
                """
                insert into worksights.users
                    (user_id, organization_id, email, full_name, role, created_at)
                values (%s, %s, %s, 'Somebody', 'member', %s)
                """,
                [user_id, organization_id, email, LONG_AGO],
            )
        return self.value(
            """
            insert into integration.connections
                (organization_id, zoom_account_id, connected_at, granted_at)
            values (%s, %s, %s, %s)
            returning connection_id
            """,
            [organization_id, account, connected_at, connected_at],
        )

    def batch(self, *, now: datetime, raise_on_error: bool = True) -> Any:
        """The whole job, as of `now`."""
        return self._run(now, raise_on_error=raise_on_error)

    def audit(self, *, now: datetime) -> Any:
        """The nightly checks of whole tables."""
        return self._run(now, job="nightly_audit")

    def land(self, *, now: datetime) -> Any:
        """Only the job's first asset: deliveries become events."""
        return self._run(now, asset_selection=LANDING)

    def land_and_settle(self, *, now: datetime) -> Any:
        """Landing and the copy of the settings, without dbt."""
        settings = [["pipeline", "settings"], ["pipeline", "setting_changes"]]
        return self._run(now, asset_selection=[*LANDING, CONNECTIONS, *settings])

    def materialize(self, assets: Sequence[list[str]], *, now: datetime) -> Any:
        """Some of the job's assets, as when someone selects them in Dagster, whatever the checks
        find.
        """
        return self._run(now, asset_selection=assets, raise_on_error=False)

    def import_users(self, *, now: datetime, **tags: str) -> Any:
        """Only the job's import of users."""
        return self._run(now, asset_selection=IMPORT, tags=tags)

    def rebuild(self, *, check: bool = False) -> list[str]:
        """Returns the lines that it prints."""
        said: list[str] = []
        rebuild(read_settings(), self.url, check=check, say=said.append)
        return said

    def erase(
        self, whom: str | Subject, *, organization_id: str, clear_topics: bool = False
    ) -> bool:
        """Erases the person with this key, or another one; whether the verification passes."""
        return erase_person(
            read_settings(),
            self.url,
            with_address(whom) if isinstance(whom, str) else whom,
            organization_id=organization_id,
            clear_topics=clear_topics,
            asked_by="test",
            say=print,
        )

    def erase_account(self, zoom_account_id: str) -> bool:
        """Whether none of its data is left."""
        return erase_account(read_settings(), self.url, zoom_account_id, asked_by="test", say=print)

    def _run(
        self,
        now: datetime,
        *,
        job: str = "zoom_batch",
        asset_selection: Sequence[list[str]] = (),
        **options: Any,
    ) -> Any:
        import dagster as dg

        tags = {"worksights/now": now.isoformat(), **options.pop("tags", {})}
        selected = {"asset_selection": [dg.AssetKey(key) for key in asset_selection]}
        with dagster_in_memory() as instance:
            return (
                definitions()
                .resolve_job_def(job)
                .execute_in_process(
                    instance=instance,
                    tags=tags,
                    **(selected if asset_selection else {}),
                    **options,
                )
            )


@cache
def definitions() -> Any:
    """The product's definitions, loaded once. Not at import, which would cost every test 4 s."""
    from integration.pipeline.dbt.project import ensure_manifest

    ensure_manifest()
    from orchestration.definitions import defs

    return defs()


def template_with_tables(server_url: str) -> str:
    """The database that installations under test are copied from: a batch without data has created
    dbt's tables in it and left no other trace. A first batch that creates them takes twice as long.
    """
    return template_after(_creates_tables, server_url, template=MIGRATED)


def _creates_tables(installation: Installation) -> None:
    installation.batch(now=LONG_AGO)
    installation.execute("delete from pipeline.batches")
    installation.execute("delete from integration.keys")
    installation.execute("update pipeline.progress set batch = 0")


@cache
def template_after(play: Callable[[Installation], None], server_url: str, *, template: str) -> str:
    """A copy of `template` in which `play` has been played once, for all tests that go on from
    there.
    """
    name = f"template_{play.__module__.rpartition('.')[2]}_{play.__name__.strip('_')}"
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory() as home,
        new_database(server_url, template=template) as url,
    ):
        installation = install(url, home=Path(home), zoom="http://nowhere.example", patch=patch)
        with ThreadPoolExecutor(1) as pool:  # a browser's loop may run in this thread
            pool.submit(play, installation).result()
        keep_as_template(url, name)
    # What dbt and Dagster hold from now on stays: no later look for garbage goes through it.
    gc.collect()
    gc.freeze()
    return name


def install(
    url: str, *, home: Path, zoom: str, patch: pytest.MonkeyPatch, as_owner: bool = False
) -> Installation:
    """Sets the environment of an installation on this database, with the simulator at `zoom`. Each
    process logs in as itself, without a password, or all `as_owner`.
    """
    share_what_dbt_parsed(home)
    environment = {
        "WORKSIGHTS_ZOOM_HOME": str(home),
        # Each database has its own, while tests share the home.
        "ERASURES_FILE": str(home / f"erasures-{uuid4()}.jsonl"),
        **({"DATABASE_URL": url} if as_owner else with_own_logins(url)),
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "TOMBSTONE_KEY": TOMBSTONE_KEY,
        "ZOOM_CLIENT_ID": CLIENT_ID,
        "ZOOM_CLIENT_SECRET": CLIENT_SECRET,
        "ZOOM_OAUTH_URL": zoom,
        "ZOOM_API_URL": zoom,
    }
    for name, value in environment.items():
        patch.setenv(name, value)
    return Installation(url)


@contextmanager
def new_installation(
    server_url: str,
    *,
    home: Path,
    zoom: str,
    after: Callable[[Installation], None] | None = None,
) -> Iterator[Installation]:
    """A new installation on a database of its own, with dbt's tables created and empty, or as
    `after` leaves it, which is played only once.
    """
    template = template_with_tables(server_url)
    if after:
        template = template_after(after, server_url, template=template)
    with (
        new_database(server_url, template=template) as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        yield install(url, home=home, zoom=zoom, patch=patch)


_INSERT = """
    insert into ingress.deliveries
        (event, zoom_account_id, disposition, body, body_size, body_sha256)
    values (%s, %s, 'waiting', %s, %s, %s)
"""


def _as_received(body: Body | bytes) -> tuple[Any, ...]:
    content = body if isinstance(body, bytes) else to_bytes(body)
    envelope = open_envelope(content)
    digest = hashlib.sha256(content).hexdigest()
    return envelope.event or None, envelope.zoom_account_id, content, len(content), digest
