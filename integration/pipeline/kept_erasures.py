"""Applies the erasures that are kept outside the database and that it does not know, because an
older backup was restored.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import psycopg

from integration.database.postgres import connect, transaction
from integration.pipeline.derive import derive_changes
from integration.pipeline.erasure import erase_accounts, start_batch
from integration.pipeline.erasure_of_organization import erase_organization
from integration.pipeline.writer import only_writer
from integration.privacy import person
from integration.privacy.certificates import Asked, complete, incomplete, record_erasure
from integration.privacy.erasures_file import (
    erasures_file,
    keep_all,
    kept_erasures,
    unknown_erasures,
)
from integration.privacy.kept_erasure import KeptErasure
from integration.privacy.person import ErasureResult
from integration.privacy.proof import verify
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.tombstone_keys import digests_to_store, require_keys_of_digests
from integration.quantities import noun, quantity
from integration.settings import Settings

Say = Callable[[str], None]
AGAIN = "command:migrate"  # who asked, in the certificates


def apply_kept_erasures(settings: Settings, url: str, *, say: Say) -> int:
    """Erases again what this database does not know to be erased; returns how many there were. Adds
    to the file what only the database knows. `url` is the owner's.
    """
    unknown = _unknown(settings, url)
    if unknown:
        count = len(unknown)
        say(
            f"{quantity(count, 'erasure')} in {erasures_file(settings)} "
            f"{noun(count, 'has', 'have')} not been applied to this database. Applying "
            f"{noun(count, 'it', 'them')} now…"
        )
    for each in (one for one in unknown if one.kind == "organization"):
        asked = Asked(AGAIN, each.at)
        erase_organization(settings, url, each.subject, asked=asked, say=say)
    for each in (one for one in unknown if one.kind == "account"):
        _erase_account(settings, url, each, say)
    # Without those of the organizations that have just been erased.
    people = [one for one in _unknown(settings, url) if one.kind == "person"]
    if people:
        _erase_people(settings, url, people, say)
    with connect(url) as connection:
        keep_all(settings, connection)
    return len(unknown)


def _unknown(settings: Settings, url: str) -> list[KeptErasure]:
    with connect(url) as connection:
        return unknown_erasures(connection, kept_erasures(settings, connection))


def _erase_account(settings: Settings, url: str, kept: KeptErasure, say: Say) -> None:
    asked = Asked(AGAIN, kept.at)
    with only_writer(url, say=say) as writer:
        erase_accounts(writer, settings, url, [kept.subject], asked, say)
        with transaction(url) as owner:
            if unknown_erasures(owner, [kept]) and not incomplete(owner, [kept.subject]):
                # The backup is from before the account was connected.
                erasure_id = record_erasure(
                    owner, kept.organization_id, Counter(), asked, zoom_account_id=kept.subject
                )
                _complete(owner, settings, erasure_id, searched=0, left=0)


def _erase_people(settings: Settings, url: str, people: Sequence[KeptErasure], say: Say) -> None:
    keys = settings.tombstone_keys
    erased: list[tuple[int, KeptErasure, ErasureResult]] = []
    with only_writer(url, say=say) as writer:
        require_keys_of_digests(writer, keys)
        batch = start_batch(writer, settings, say)
        with transaction(url) as owner:
            for each in people:
                digests = digests_to_store(owner, each.organization_id, keys)
                result = person.erase_again(
                    owner, batch.number, digests, each.subject, each.tombstones
                )
                asked = Asked(AGAIN, each.at)
                erasure_id = record_erasure(owner, each.organization_id, result.removed, asked)
                erased.append((erasure_id, each, result))
        derive_changes(writer, settings, url, batch)
        with transaction(url) as owner:
            for erasure_id, each, result in erased:
                rows = PersonalRows(owner, each.organization_id)
                found = verify(result.person, rows, result.texts)
                left = sum(one.values for one in found.left)
                _complete(owner, settings, erasure_id, searched=found.searched, left=left)
                for one in found.left:
                    say(f"NOT ERASED: {one.column.table}.{one.column.column}")
    say(f"Erased again: {quantity(len(erased), 'person', 'people')}.")


def _complete(
    owner: psycopg.Connection, settings: Settings, erasure_id: int, *, searched: int, left: int
) -> None:
    complete(
        owner,
        erasure_id,
        searched=searched,
        left=left,
        topics=0,
        now=datetime.now(UTC),
        backup_days=settings.backup_days,
    )
