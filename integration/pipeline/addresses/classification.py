"""Addresses become people and companies, and display names names: read, decided, written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import psycopg

from integration.identity.versions import PSL_VERSION, RULE_VERSION
from integration.pipeline.addresses.deciding import ClassifiedAddress, JudgedName, decide
from integration.pipeline.addresses.identity_facts import note_rules
from integration.pipeline.addresses.waiting import ADDRESSES, NAMES, Waiting, read_waiting
from integration.pipeline.addresses.writing import Move, apply, moves, stage, store_names
from integration.pipeline.batches import Batch
from integration.pipeline.cleaned_texts import count_unreadable_settings
from integration.pipeline.failed_steps import note_failed_organizations
from integration.pipeline.progress import note_progress


@dataclass(frozen=True)
class Classification:
    """What a batch did: addresses looked at, those new or said otherwise, and where they moved."""

    looked_at: int
    written: int
    names_written: int
    moves: list[Move]
    problems: list[str]  # settings that cannot be read, in plain sentences


class Decisions:
    """One organization after the other, so that not all rows are held at once; what else is decided
    is complete when the last of `addresses` has been taken.
    """

    def __init__(self, waiting: Mapping[str, Waiting]) -> None:
        self._waiting = waiting
        self.names: list[JudgedName] = []
        self.problems: list[str] = []
        self.failed: dict[str, str] = {}  # organization -> the class of its error

    def addresses(self) -> Iterator[ClassifiedAddress]:
        for organization_id, waiting in self._waiting.items():
            if waiting.error:
                self.failed[organization_id] = waiting.error
                continue
            try:
                decided = decide(organization_id, waiting)
            # One organization's addresses and settings must not reach the others.
            except Exception as error:  # noqa: BLE001
                self.failed[organization_id] = type(error).__name__
                continue
            self.names += decided.names
            self.problems += [f"{organization_id}: {each}" for each in decided.problems]
            yield from decided.addresses


def classify_addresses(
    connection: psycopg.Connection, batch: Batch, *, report: Callable[[list[Move]], None]
) -> Classification:
    """Classifies what is new or concerned by a change, in one transaction.

    `report` gets what moves before it is applied. An organization for which that fails keeps what
    it has, and is tried again by the next batch.
    """
    with connection.transaction():
        decided = Decisions(read_waiting(connection))
        looked_at = stage(connection, decided.addresses())
        moved = moves(connection)
        report(moved)
        written = apply(connection, batch)
        names_written = store_names(connection, decided.names, batch=batch)
        note_failed_organizations(connection, ADDRESSES, decided.failed, batch)
        if not decided.failed:  # else what is new is looked at again, until it succeeds for all
            note_progress(connection, ADDRESSES, batch)
            note_progress(connection, NAMES, batch)
            note_rules(connection, rule_version=RULE_VERSION, psl_version=PSL_VERSION)
    problems = decided.problems + [
        f"{key}: integration.{setting}: invalid values without effect: {count}."
        for key, setting, count in count_unreadable_settings(connection)
    ]
    return Classification(looked_at, written, names_written, moved, problems)
