"""Erases a person or an account, in its own batch under the writer's lock.

Waiting deliveries are landed first, so that no body contains anything about the person; then the
data is removed, the affected tables are updated, and the result is verified.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from integration.connections.connections import lock_account
from integration.database.postgres import transaction
from integration.pipeline.batches import Batch, latest_batch_time, open_batch
from integration.pipeline.dbt.dev_schemas import drop_dev_schemas
from integration.pipeline.derive import DerivationFailed, derive_changes, derive_everything
from integration.pipeline.facts import sync_facts
from integration.pipeline.landing import land_deliveries
from integration.pipeline.writer import only_writer
from integration.privacy import account, person
from integration.privacy.certificates import (
    Asked,
    Certificate,
    complete,
    incomplete,
    lines_of,
    record_erasure,
)
from integration.privacy.digests import Digests
from integration.privacy.erasures_file import keep_all
from integration.privacy.proof import Verification, verify
from integration.privacy.refusals import refuse
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.subjects import Subject
from integration.privacy.tombstone_keys import digests_to_store, require_keys_of_digests
from integration.quantities import quantity
from integration.settings import Settings

Say = Callable[[str], None]
_INCOMPLETE = (
    "The source data is erased, but the tables derived from it are not yet updated. "
    "Fix the cause, then run"
)


def erase_person(
    settings: Settings,
    url: str,
    subject: Subject,
    *,
    organization_id: str,
    clear_topics: bool,
    asked_by: str,
    say: Say,
) -> bool:
    """Erases this person; returns whether nothing is left.

    After Refused or WrongTombstoneKey, nothing was erased. After DerivationFailed, the erasure
    is incomplete, and the message names the command that completes it.
    """
    asked = Asked(asked_by, datetime.now(UTC))
    keys = settings.tombstone_keys
    with only_writer(url, say=say) as connection:
        require_keys_of_digests(connection, keys)
        refuse(connection, Digests(keys, organization_id), subject)
        batch = start_batch(connection, settings, say)
        with transaction(url) as owner:
            digests = digests_to_store(owner, organization_id, keys)
            refuse(owner, digests, subject)  # again, with the deliveries that were waiting
            erased = person.erase_person(
                owner, batch.number, digests, subject, clear_topics=clear_topics
            )
            rows = PersonalRows(owner, organization_id)
            erased.removed["dagster"] += person.remove_from_runs(rows, erased)
            erasure_id = record_erasure(owner, organization_id, erased.removed, asked)
            keep_all(settings, owner)
            _report_removed(erased.removed, say)
        say("Updating the affected tables…")
        try:
            derive_changes(connection, settings, url, batch)
        except DerivationFailed as failure:
            raise DerivationFailed(f"{failure}. {_INCOMPLETE} the same command again.") from failure
        with transaction(url) as owner:
            rows = PersonalRows(owner, organization_id)
            result = verify(erased.person, rows, erased.texts)
            _report_verification(result, say)
            certificate = complete(
                owner,
                erasure_id,
                searched=result.searched,
                left=sum(each.values for each in result.left),
                topics=len(result.topics),
                now=datetime.now(UTC),
                backup_days=settings.backup_days,
            )
        return _report_certificate(certificate, say)


def erase_account(
    settings: Settings, url: str, zoom_account_id: str, *, asked_by: str, say: Say
) -> bool:
    """Erases all data of this Zoom account; returns whether nothing is left. After
    DerivationFailed, its connections are deleted but derived rows are left.
    """
    with only_writer(url, say=say) as connection:
        is_connected = account.organizations_of_account(connection, zoom_account_id)
        if not is_connected and not +account.remaining_rows(connection, zoom_account_id):
            say("No connection or data found for this Zoom account. Nothing was erased.")
            return True
        asked = Asked(asked_by, datetime.now(UTC))
        return erase_accounts(connection, settings, url, [zoom_account_id], asked, say)


def erase_due_accounts(settings: Settings, url: str, *, now: datetime, say: Say) -> bool:
    """The same for the accounts that removed the app, after their grace period."""
    with only_writer(url, say=say) as connection:
        due = account.accounts_due(connection, now=now)
        asked = Asked("job:erase_due_accounts", now)
        return not due or erase_accounts(connection, settings, url, due, asked, say, due_at=now)


def erase_accounts(
    connection: psycopg.Connection,
    settings: Settings,
    url: str,
    zoom_account_ids: list[str],
    asked: Asked,
    say: Say,
    *,
    due_at: datetime | None = None,
) -> bool:
    batch = start_batch(connection, settings, say)
    for zoom_account_id in zoom_account_ids:
        _remove_account(settings, url, zoom_account_id, asked, due_at, say)
    say("Rebuilding all tables next to the live ones…")
    try:
        derive_everything(connection, settings, url, batch)
    except DerivationFailed as failure:
        commands = ", ".join(
            f"`worksights-zoom erase --zoom-account {each}`" for each in zoom_account_ids
        )
        raise DerivationFailed(f"{failure}. {_INCOMPLETE} {commands}.") from failure
    left = {each: account.remaining_rows(connection, each) for each in zoom_account_ids}
    for tables in left.values():
        for table, rows in (+tables).items():
            say(f"NOT ERASED: {table}: {quantity(rows, 'row')}")
    is_done = not any(+tables for tables in left.values())
    if is_done:
        say(
            "Verified: nothing is left except the delivery ledger, without message bodies, and the "
            "record of the erasure."
        )
    with transaction(url) as owner:
        certificates = [
            complete(
                owner,
                erasure_id,
                searched=len(left[zoom_account_id]),
                left=left[zoom_account_id].total(),
                topics=0,
                now=datetime.now(UTC),
                backup_days=settings.backup_days,
            )
            for zoom_account_id, erasure_id in incomplete(owner, zoom_account_ids)
        ]
    for certificate in certificates:
        _report_certificate(certificate, say)
    return is_done


def _remove_account(
    settings: Settings,
    url: str,
    zoom_account_id: str,
    asked: Asked,
    due_at: datetime | None,
    say: Say,
) -> None:
    with transaction(url) as owner:
        lock_account(owner, zoom_account_id)
        if due_at and zoom_account_id not in account.accounts_due(owner, now=due_at):
            return  # reconnected a moment ago
        for organization_id in account.organizations_of_account(owner, zoom_account_id):
            removed = account.erase_account(owner, organization_id, zoom_account_id)
            _report_removed(removed, say)
            record_erasure(owner, organization_id, removed, asked, zoom_account_id=zoom_account_id)
        keep_all(settings, owner)


def start_batch(connection: psycopg.Connection, settings: Settings, say: Say) -> Batch:
    """Opens a batch, lands all waiting deliveries and copies the settings. Drops the schemas of
    `worksights-zoom dbt`, whose copies of the data are not searched.
    """
    dropped = drop_dev_schemas(connection)
    if dropped:
        say(f"Dropped the schemas of `worksights-zoom dbt`: {', '.join(dropped)}.")
    now = datetime.now(UTC)
    batch = open_batch(
        connection, as_of=max(now, latest_batch_time(connection) or now), run_id=None
    )
    landed = sum(
        chunk.total()
        for chunk in land_deliveries(connection, batch, keys=lambda: settings.tombstone_keys)
    )
    say(f"Landed {quantity(landed, 'waiting delivery', 'waiting deliveries')}.")
    sync_facts(connection, batch)
    return batch


def _report_removed(removed: Counter[str], say: Say) -> None:
    if not +removed:
        say("No data found. Data that arrives later will be recognized and removed.")
        return
    say("Erased or redacted:")
    for table, rows in sorted((+removed).items()):
        say(f"  {table}: {quantity(rows, 'row')}")


def _report_certificate(certificate: Certificate, say: Say) -> bool:
    for line in lines_of(certificate):
        say(line)
    return certificate.values_left == 0


def _report_verification(result: Verification, say: Say) -> None:
    for finding in result.left:
        column = f"{finding.column.table}.{finding.column.column}"
        say(f"NOT ERASED: {column}: {quantity(finding.values, 'value')}")
    if result.namesakes:
        say(
            f"Names that also belong to other people: {len(result.namesakes)}. These people are "
            "identified by an email or Zoom user ID, and their data is kept."
        )
    if result.topics:
        say("These topics mention the person. To clear them, run again with --topics clear:")
        for topic in sorted(result.topics):
            say(f"  {topic}")
    if not result.left:
        found = "nothing else" if result.topics else "nothing"
        columns = quantity(result.searched, "column")
        say(f"Verified: searched {columns} and found {found} about the person.")
