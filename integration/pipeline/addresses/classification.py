"""Classifies addresses into people and companies, and display names into names of people."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import psycopg

from integration.identity.versions import PSL_VERSION, RULE_VERSION
from integration.pipeline.addresses.deciding import ClassifiedAddress, ClassifiedName, decide
from integration.pipeline.addresses.identity_facts import record_rules
from integration.pipeline.addresses.waiting import ADDRESSES, NAMES, Waiting, read_waiting
from integration.pipeline.addresses.writing import Move, apply, moves, stage, store_names
from integration.pipeline.batches import Batch
from integration.pipeline.cleaned_texts import count_unreadable_settings
from integration.pipeline.failed_steps import record_failed_organizations
from integration.pipeline.progress import record_watermark
from integration.quantities import noun, quantity


@dataclass(frozen=True)
class Classification:
    """The result of a batch: addresses classified, those new or changed, and how they moved."""

    classified: int
    written: int
    names_written: int
    moves: list[Move]
    problems: list[str]  # settings that cannot be read, in sentences


class DecisionStream:
    """Decides one organization at a time, so that not all rows are in memory at once. The other
    attributes are complete when `addresses` is exhausted.
    """

    def __init__(self, waiting: Mapping[str, Waiting]) -> None:
        self._waiting = waiting
        self.names: list[ClassifiedName] = []
        self.problems: list[str] = []
        self.failed: dict[str, str] = {}  # organization -> the class of its error

    def addresses(self) -> Iterator[ClassifiedAddress]:
        for organization_id, waiting in self._waiting.items():
            if waiting.error:
                self.failed[organization_id] = waiting.error
                continue
            try:
                decided = decide(organization_id, waiting)
            # A failure caused by one organization's data must not affect the others.
            except Exception as error:  # noqa: BLE001
                self.failed[organization_id] = type(error).__name__
                continue
            self.names += decided.names
            self.problems += [f"{organization_id}: {each}" for each in decided.problems]
            yield from decided.addresses


def classify_addresses(
    connection: psycopg.Connection, batch: Batch, *, report: Callable[[list[Move]], None]
) -> Classification:
    """Classifies new addresses and those affected by a change, in one transaction.

    `report` receives the moves before they are applied. An organization that fails keeps its
    current rows, and the next batch retries it.
    """
    with connection.transaction():
        decided = DecisionStream(read_waiting(connection))
        classified = stage(connection, decided.addresses())
        moved = moves(connection)
        report(moved)
        written = apply(connection, batch)
        names_written = store_names(connection, decided.names, batch=batch)
        record_failed_organizations(connection, ADDRESSES, decided.failed, batch)
        if not decided.failed:  # otherwise the next batch reads the same events again
            record_watermark(connection, ADDRESSES, batch)
            record_watermark(connection, NAMES, batch)
            record_rules(connection, rule_version=RULE_VERSION, psl_version=PSL_VERSION)
    problems = decided.problems + [
        f"{key}: {quantity(count, 'invalid value')} in integration.{setting} "
        f"{noun(count, 'is', 'are')} ignored."
        for key, setting, count in count_unreadable_settings(connection)
    ]
    return Classification(classified, written, names_written, moved, problems)
