"""Runs worlds through the real pipeline, all of them together in one database.

Deliveries are stored as the receiver stores them, users are imported from a Zoom simulator, and
each batch is the 20-minute job in this process.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from integration.connections.tokens import save_grant
from integration.database.postgres import connect
from integration.settings import set_environment
from integration.web.receiver.verdict import judge
from integration.zoom.envelope import open_envelope
from integration.zoom.oauth import Grant
from tests.dagster_in_memory import dagster_in_memory
from tests.databases import share_what_dbt_parsed
from tests.laws.pretend_zoom import PretendZoom, pretend_zoom
from tests.laws.reference.world import Batch, Connection, Delivery, Settings, World
from tests.laws.settings_in_database import write
from tests.laws.worlds.users import CLIENT_ID
from tests.pipeline.installation import definitions

FOR_EVER = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass
class Pipeline:
    """One installation. While it is in use, the process has its environment."""

    url: str
    zoom: PretendZoom
    keys: tuple[str, ...]
    written: dict[int, Settings] = field(default_factory=dict)

    def write_input(self, worlds: Sequence[World], number: int) -> None:
        """Writes every world's settings as of batch `number` and the deliveries that it finds."""
        batches = [world.batches[number] for world in worlds]
        with connect(self.url) as connection:
            for n, batch in enumerate(batches):
                before = self.written.get(n, Settings())
                for new in write(connection, before, batch.settings):
                    self._grant(connection, new)
                self.written[n] = batch.settings
        self._deliver([delivery for batch in batches for delivery in batch.deliveries])
        self.zoom.users = _merged(batches, "zoom_users")
        self.zoom.phone_users = _merged(batches, "phone_users")

    def batch(self, *, as_of: datetime) -> None:
        self._run("zoom_batch", as_of)

    def audit(self, *, as_of: datetime) -> Any:
        """The result of the nightly checks of whole tables."""
        return self._run("nightly_audit", as_of)

    def _run(self, job: str, as_of: datetime) -> Any:
        from orchestration.resources import NOW_TAG

        with dagster_in_memory() as instance:
            return (
                definitions()
                .resolve_job_def(job)
                .execute_in_process(
                    instance=instance,
                    raise_on_error=job == "zoom_batch",
                    tags={NOW_TAG: as_of.isoformat()},
                    run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
                )
            )

    def _grant(self, connection: psycopg.Connection, new: Connection) -> None:
        token = new.zoom_account_id
        save_grant(
            connection,
            connection_id=new.connection_id,
            organization_id=new.organization_id,
            grant_type="account_credentials",
            grant=Grant(token, None, expires_at=FOR_EVER, api_url=None, scope=""),
            keys=self.keys,
        )

    def _deliver(self, deliveries: Sequence[Delivery]) -> None:
        statement = (
            "copy ingress.deliveries (event, zoom_account_id, disposition, reason, body, "
            "body_size, body_sha256, received_at) from stdin"
        )
        with connect(self.url) as connection, connection.cursor().copy(statement) as copy:
            for delivery in deliveries:
                copy.write_row(_as_received(delivery))


@contextmanager
def pipeline(url: str, *, home: Path) -> Iterator[Pipeline]:
    """An installation on a migrated, empty database."""
    key = Fernet.generate_key().decode()
    before = dict(os.environ)
    share_what_dbt_parsed(home)
    with pretend_zoom() as (zoom, zoom_url):
        set_environment(
            {
                "WORKSIGHTS_ZOOM_HOME": str(home),
                "DATABASE_URL": url,
                "ENCRYPTION_KEY": key,
                "TOMBSTONE_KEY": key,
                "ZOOM_CLIENT_ID": CLIENT_ID,
                "ZOOM_CLIENT_SECRET": "made-up-client-secret",
                "ZOOM_OAUTH_URL": zoom_url,
                "ZOOM_API_URL": zoom_url,
            }
        )
        try:
            yield Pipeline(url, zoom, (key,))
        finally:
            os.environ.clear()
            os.environ.update(before)


def _as_received(delivery: Delivery) -> tuple[object, ...]:
    verdict = judge(open_envelope(delivery.body))
    return (
        verdict.event,
        verdict.zoom_account_id,
        verdict.disposition,
        verdict.reason,
        delivery.body if verdict.keeps_body else None,
        len(delivery.body),
        hashlib.sha256(delivery.body).hexdigest(),
        delivery.received_at,
    )


def _merged(batches: Sequence[Batch], name: str) -> dict[str, tuple[dict[str, object], ...]]:
    return {
        account: rows
        for batch in batches
        for account, rows in getattr(batch.settings, name).items()
    }
