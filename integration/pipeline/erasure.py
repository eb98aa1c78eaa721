"""An erasure is a batch of its own, under the writer's lock: what waits is landed first, so that
nothing of the person lies in a body; then it is removed, what that touches is derived again, and
the proof is made.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from integration.connections.connections import hold_account
from integration.database.postgres import transaction
from integration.pipeline.batches import Batch, latest_batch_time, open_batch
from integration.pipeline.derive import DerivationFailed, derive_again, derive_what_is_new
from integration.pipeline.facts import take_settings
from integration.pipeline.landing import land_deliveries
from integration.pipeline.writer import only_writer
from integration.privacy import account, person
from integration.privacy.arriving import check_key
from integration.privacy.digests import Digests, key_id
from integration.privacy.lookups import note_erasure
from integration.privacy.proof import Proof, prove
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.tombstones import note_key
from integration.settings import Settings

Say = Callable[[str], None]
_HALF_DONE = (
    "What was landed is erased, what is derived from it is not yet. Put the cause right, then run"
)


def erase_person(
    settings: Settings,
    url: str,
    person_key: str,
    *,
    organization_id: str,
    clear_topics: bool,
    say: Say,
) -> bool:
    """Erases whoever has this address; whether the proof holds.

    ActiveUser, WrongTombstoneKey: nothing was erased. DerivationFailed: it is half done, and the
    message names the command that completes it.
    """
    key = settings.tombstone_key
    digests = Digests(key, organization_id)
    with only_writer(url, say=say) as connection:
        check_key(connection, key)
        person.refuse_active_user(connection, organization_id, person_key)
        batch = _begin(connection, settings, say)
        with transaction(url) as owner:
            note_key(owner, key_id(key))
            erased = person.erase_person(
                owner, batch.number, digests, person_key, clear_topics=clear_topics
            )
            rows = PersonalRows(owner, organization_id)
            erased.removed["dagster"] += person.remove_from_runs(rows, erased)
            note_erasure(owner, organization_id, erased.removed)
            _say_what_goes(erased.removed, say)
        say("Deriving what that touches…")
        try:
            derive_what_is_new(connection, settings, url, batch)
        except DerivationFailed as failure:
            raise DerivationFailed(f"{failure}. {_HALF_DONE} the same command again.") from failure
        with transaction(url) as owner:
            rows = PersonalRows(owner, organization_id)
            return _say_proof(prove(erased.person, rows, erased.texts), say)


def erase_account(settings: Settings, url: str, zoom_account_id: str, *, say: Say) -> bool:
    """Erases everything of this Zoom account; whether nothing of it is left. Where an erasure ended
    half done (DerivationFailed), its connections are gone and what was derived is left.
    """
    with only_writer(url, say=say) as connection:
        is_connected = account.organizations_of_account(connection, zoom_account_id)
        if not is_connected and not account.left_of_account(connection, zoom_account_id):
            say("Nobody has connected this Zoom account. Nothing was erased.")
            return True
        return _erase_accounts(connection, settings, url, [zoom_account_id], say)


def erase_due_accounts(settings: Settings, url: str, *, now: datetime, say: Say) -> bool:
    """The same for the accounts that removed the app and whose time of grace is over."""
    with only_writer(url, say=say) as connection:
        due = account.accounts_due(connection, now=now)
        return not due or _erase_accounts(connection, settings, url, due, say, due_at=now)


def _erase_accounts(
    connection: psycopg.Connection,
    settings: Settings,
    url: str,
    zoom_account_ids: list[str],
    say: Say,
    *,
    due_at: datetime | None = None,
) -> bool:
    batch = _begin(connection, settings, say)
    for zoom_account_id in zoom_account_ids:
        _remove_account(url, zoom_account_id, due_at, say)
    say("Deriving everything again, beside the live tables…")
    try:
        derive_again(connection, settings, url, batch)
    except DerivationFailed as failure:
        commands = ", ".join(f"`erase --zoom-account {each}`" for each in zoom_account_ids)
        raise DerivationFailed(f"{failure}. {_HALF_DONE} {commands}.") from failure
    left = {each: account.left_of_account(connection, each) for each in zoom_account_ids}
    for tables in left.values():
        for table, rows in tables.items():
            say(f"LEFT: {table}: {rows} rows")
    if not any(left.values()):
        say("Proof: no table holds anything of it but the ledger, without bodies.")
    return not any(left.values())


def _remove_account(url: str, zoom_account_id: str, due_at: datetime | None, say: Say) -> None:
    with transaction(url) as owner:
        hold_account(owner, zoom_account_id)
        if due_at and zoom_account_id not in account.accounts_due(owner, now=due_at):
            return  # connected again a moment ago
        for organization_id in account.organizations_of_account(owner, zoom_account_id):
            removed = account.erase_account(owner, organization_id, zoom_account_id)
            _say_what_goes(removed, say)
            note_erasure(owner, organization_id, removed, zoom_account_id=zoom_account_id)


def _begin(connection: psycopg.Connection, settings: Settings, say: Say) -> Batch:
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


def _say_what_goes(removed: Counter[str], say: Say) -> None:
    if not +removed:
        say("Nothing was found. What may come later is recognized and left out.")
        return
    say("This goes, or loses the person:")
    for table, rows in sorted((+removed).items()):
        say(f"  {table}: {rows} rows")


def _say_proof(proof: Proof, say: Say) -> bool:
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
