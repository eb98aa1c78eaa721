"""An installation whose TOMBSTONE_KEY gets newer keys, and whose database and settings may be of
different ages. Nothing is derived here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import pytest
from psycopg.sql import SQL, Identifier

from integration.database.postgres import transaction
from integration.pipeline.batches import open_batch
from integration.pipeline.facts import sync_facts
from integration.pipeline.landing import land_deliveries
from integration.pipeline.tombstone_key import Added, add_newer_keys
from integration.pipeline.writer import only_writer
from integration.privacy.erasures_file import (
    erasures_file,
    keep_all,
    kept_erasures,
    refuse_unknown_erasures,
    unknown_erasures,
)
from integration.privacy.person import erase_again, erase_person
from integration.privacy.subjects import Subject
from integration.privacy.tombstone_keys import digests_to_store
from integration.settings import Settings, read_settings
from tests.pipeline.events import Body
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.privacy.eve import ARRIVAL

NEWER = tuple(f"newer-key-{number}-of-the-tests-0123456789" for number in range(3))
# The tables that a backup has here. The organization and its settings never change.
TABLES = (
    *("zoom_raw.events", "zoom_raw.users", "ingress.deliveries", "integration.tombstones"),
    *("integration.keys", "integration.erasures", "pipeline.settings", "pipeline.setting_changes"),
    *("pipeline.applied_exclusions", "pipeline.applied_privacy"),
)


def keys_of(age: int) -> str:
    """The setting after so many rotations."""
    return ",".join((*NEWER[:age][::-1], TOMBSTONE_KEY))


@dataclass
class Ages:
    installation: Installation
    patch: pytest.MonkeyPatch
    newest: int = 0  # the number of keys that were added to the setting
    backups: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return read_settings()

    def use_settings(self, age: int) -> None:
        self.patch.setenv("TOMBSTONE_KEY", keys_of(age))

    def start_again(self) -> None:
        self._execute_for_each("delete from {live}")
        self.installation.execute("update pipeline.batches set finished_at = now()")
        erasures_file(self.settings).unlink(missing_ok=True)
        self.newest = 0
        self.use_settings(0)

    def land(self, *bodies: Body) -> None:
        """What a batch does with them: it checks the erasures, and lands what is waiting."""
        self.installation.deliver(*bodies, at=ARRIVAL)
        with only_writer(self.installation.url, say=print) as writer:
            refuse_unknown_erasures(self.settings, writer)
            batch = open_batch(writer, as_of=ARRIVAL, run_id=None)
            for _ in land_deliveries(writer, batch, keys=lambda: self.settings.tombstone_keys):
                pass
            sync_facts(writer, batch)
            writer.execute("update pipeline.batches set finished_at = now()")

    def erase(self, subject: Subject) -> None:
        with only_writer(self.installation.url, say=print) as writer:
            refuse_unknown_erasures(self.settings, writer)
            batch = open_batch(writer, as_of=ARRIVAL, run_id=None)
            with transaction(self.installation.url) as owner:
                digests = digests_to_store(owner, "firm", self.settings.tombstone_keys)
                erase_person(owner, batch.number, digests, subject, clear_topics=False)
                keep_all(self.settings, owner)

    def rotate(self) -> Added:
        """Both steps of the command, with the newest settings."""
        self.newest += 1
        self.use_settings(self.newest)
        return self.repeat_rotation()

    def repeat_rotation(self) -> Added:
        with only_writer(self.installation.url, say=print):
            return add_newer_keys(self.installation.url, self.settings.tombstone_keys)

    def apply_kept_erasures(self) -> None:
        """What `migrate` does, without deriving anything."""
        with only_writer(self.installation.url, say=print) as writer:
            batch = open_batch(writer, as_of=ARRIVAL, run_id=None)
            with transaction(self.installation.url) as owner:
                for each in unknown_erasures(owner, kept_erasures(self.settings, owner)):
                    digests = digests_to_store(owner, "firm", self.settings.tombstone_keys)
                    erase_again(owner, batch.number, digests, each.subject, each.tombstones)
                keep_all(self.settings, owner)

    def back_up(self) -> None:
        self.backups.append(f"backup_{len(self.backups)}")
        name = Identifier(self.backups[-1])
        self.installation.execute(SQL("create schema {}").format(name))
        self._execute_for_each("create table {kept} as select * from {live}", self.backups[-1])

    def restore(self, backup: str) -> None:
        self._execute_for_each(
            "delete from {live}; insert into {live} overriding system value select * from {kept}",
            backup,
        )

    def _execute_for_each(self, statement: LiteralString, backup: str = "") -> None:
        """For each table, in one connection: opening one takes longer."""
        self.installation.execute(
            SQL("; ").join(
                SQL(statement).format(
                    live=Identifier(*table.split(".")), kept=Identifier(backup, table)
                )
                for table in TABLES
            )
        )


@contextmanager
def of_all_ages(installation: Installation, home: Path) -> Iterator[Ages]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ERASURES_FILE", str(home / "erasures-of-all-ages.jsonl"))
        yield Ages(installation, patch)


def landed(installation: Installation) -> dict[str, dict[str, str]]:
    return dict(installation.execute("select event_id, fields from zoom_raw.events"))


def tombstones(installation: Installation) -> set[tuple[str, ...]]:
    return set(
        installation.execute(
            "select kind, digest, person, exclusion_id from integration.tombstones"
        )
    )
