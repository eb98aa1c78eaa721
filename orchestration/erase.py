"""`python -m orchestration.erase`: removes a person, or everything of a Zoom account, derives again
what that touches, and proves it.

It is a batch of its own, under the writer's lock: what waits is landed first, so that nothing of
the person lies in a body.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime

import psycopg

from integration.connections.connections import hold_account
from integration.database.postgres import database_url, transaction
from integration.pipeline.batches import Batch, latest_batch_time, open_batch
from integration.pipeline.facts import take_settings
from integration.pipeline.landing import land_deliveries
from integration.pipeline.writer import only_writer
from integration.privacy.account import (
    accounts_due,
    erase_account,
    left_of_account,
    organizations_of_account,
)
from integration.privacy.arriving import check_key
from integration.privacy.digests import Digests, key_id
from integration.privacy.lookups import note_erasure
from integration.privacy.person import (
    ActiveUser,
    erase_person,
    refuse_active_user,
    remove_from_runs,
)
from integration.privacy.proof import Proof, prove
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.tombstones import WrongTombstoneKey, note_key
from integration.settings import Settings, read_settings
from orchestration.derive import DerivationFailed, derive_again, derive_what_is_new

_HALF_DONE = (
    "What was landed is erased, what is derived from it is not yet. Mend the cause, then run"
)


def person(
    settings: Settings, url: str, person_key: str, *, organization_id: str, clear_topics: bool
) -> bool:
    """Erases whoever has this address; whether the proof holds.

    ActiveUser, WrongTombstoneKey: nothing was erased.
    """
    key = settings.tombstone_key
    digests = Digests(key, organization_id)
    with only_writer(url, on_wait=_say_who_waits) as connection:
        check_key(connection, key)
        refuse_active_user(connection, organization_id, person_key)
        batch = _begin(connection, settings)
        with transaction(url) as owner:
            note_key(owner, key_id(key))
            erased = erase_person(
                owner, batch.number, digests, person_key, clear_topics=clear_topics
            )
            rows = PersonalRows(owner, organization_id)
            erased.removed["dagster"] += remove_from_runs(rows, erased)
            note_erasure(owner, organization_id, erased.removed)
            _say_what_goes(erased.removed)
        say("Deriving what that touches…")
        try:
            derive_what_is_new(connection, settings, url, batch)
        except DerivationFailed as failure:
            raise DerivationFailed(f"{failure}. {_HALF_DONE} the same command again.") from failure
        with transaction(url) as owner:
            rows = PersonalRows(owner, organization_id)
            return _say_proof(prove(erased.person, rows, erased.texts))


def account(settings: Settings, url: str, zoom_account_id: str) -> bool:
    """Erases everything of this Zoom account; whether nothing of it is left. Where an erasure ended
    half done, its connections are gone and what was derived is left.
    """
    with only_writer(url, on_wait=_say_who_waits) as connection:
        is_connected = organizations_of_account(connection, zoom_account_id)
        if not is_connected and not left_of_account(connection, zoom_account_id):
            say("Nobody has connected this Zoom account. Nothing was erased.")
            return True
        return _accounts(connection, settings, url, [zoom_account_id])


def due_accounts(settings: Settings, url: str, *, now: datetime) -> bool:
    """Erases the accounts that removed the app and whose time of grace is over."""
    with only_writer(url, on_wait=_say_who_waits) as connection:
        due = accounts_due(connection, now=now)
        return not due or _accounts(connection, settings, url, due, due_at=now)


def _accounts(
    connection: psycopg.Connection,
    settings: Settings,
    url: str,
    zoom_account_ids: list[str],
    *,
    due_at: datetime | None = None,
) -> bool:
    batch = _begin(connection, settings)
    for zoom_account_id in zoom_account_ids:
        _erase_account(url, zoom_account_id, due_at)
    say("Deriving everything again, beside the live tables…")
    try:
        derive_again(connection, settings, url, batch)
    except DerivationFailed as failure:
        commands = ", ".join(f"`erase --zoom-account {each}`" for each in zoom_account_ids)
        raise DerivationFailed(f"{failure}. {_HALF_DONE} {commands}.") from failure
    left = {each: left_of_account(connection, each) for each in zoom_account_ids}
    for tables in left.values():
        for table, rows in tables.items():
            say(f"LEFT: {table}: {rows} rows")
    if not any(left.values()):
        say("Proof: no table holds anything of it but the ledger, without bodies.")
    return not any(left.values())


def _erase_account(url: str, zoom_account_id: str, due_at: datetime | None) -> None:
    with transaction(url) as owner:
        hold_account(owner, zoom_account_id)
        if due_at and zoom_account_id not in accounts_due(owner, now=due_at):
            return  # connected again a moment ago
        for organization_id in organizations_of_account(owner, zoom_account_id):
            removed = erase_account(owner, organization_id, zoom_account_id)
            _say_what_goes(removed)
            note_erasure(owner, organization_id, removed, zoom_account_id=zoom_account_id)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _begin(connection: psycopg.Connection, settings: Settings) -> Batch:
    """A batch with everything landed and settled that has arrived."""
    now = datetime.now(UTC)
    batch = open_batch(
        connection, as_of=max(now, latest_batch_time(connection) or now), run_id=None
    )
    landed = sum(
        chunk.total()
        for chunk in land_deliveries(connection, batch, key=lambda: settings.tombstone_key)
    )
    say(f"{landed} deliveries were waiting and have been landed.")
    take_settings(connection, batch)
    return batch


def _say_who_waits() -> None:
    say("Waiting for the batch that is running…")


def _say_what_goes(removed: Counter[str]) -> None:
    if not +removed:
        say("Nothing was found. What may come later is recognized and left out.")
        return
    say("This goes, or loses the person:")
    for table, rows in sorted((+removed).items()):
        say(f"  {table}: {rows} rows")


def _say_proof(proof: Proof) -> bool:
    for finding in proof.left:
        say(f"LEFT: {finding.column.table}.{finding.column.column}: {finding.values} values")
    if proof.namesakes:
        say(
            f"{len(proof.namesakes)} of the names are somebody else's too, who has an address or "
            "a Zoom user id: what is theirs stays."
        )
    if proof.topics:
        say("Topics that speak of the person. To clear them, run again with --topics clear:")
        for topic in sorted(proof.topics):
            say(f"  {topic}")
    if not proof.left:
        say(f"Proof: {proof.searched} columns were searched, and nothing of the person is left.")
    return not proof.left


def _main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--person-key")
    arguments.add_argument("--organization")
    arguments.add_argument("--zoom-account")
    arguments.add_argument("--clear-topics", action="store_true")
    given = arguments.parse_args()
    settings = read_settings()
    url = database_url(settings)
    try:
        if given.zoom_account:
            return 0 if account(settings, url, given.zoom_account) else 1
        done = person(
            settings,
            url,
            given.person_key,
            organization_id=given.organization,
            clear_topics=given.clear_topics,
        )
    except (ActiveUser, WrongTombstoneKey, DerivationFailed) as refusal:
        sys.stderr.write(f"Error: {refusal}\n")
        return 1
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(_main())
