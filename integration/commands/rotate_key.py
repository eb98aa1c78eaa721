"""`rotate-key`: replaces a key, step by step."""

import secrets
from typing import cast

import click
from cryptography.fernet import Fernet

from integration.commands.keys import kept_below, store
from integration.database.postgres import database_url
from integration.keys.recorded import SETTING, Purpose
from integration.keys.rotation import Step, forget_lost_keys, rotate
from integration.pipeline.dbt.project import ensure_manifest
from integration.pipeline.derive import DerivationFailed
from integration.pipeline.tombstone_key import keys_to_add, use_newer_keys
from integration.quantities import noun, quantity
from integration.settings import KEYS_FILE, Settings, read_settings

TOMBSTONE = "tombstone"
ALL_USED = (
    "The database uses all keys of TOMBSTONE_KEY. Nothing was changed. To replace the newest one, "
    "too, run: worksights-zoom rotate-key tombstone --again"
)


@click.command("rotate-key")
@click.argument("purpose", type=click.Choice(["encryption", "session", TOMBSTONE]))
@click.option(
    "--lost",
    is_flag=True,
    help="Give up a lost key. Values that it encrypted can no longer be read. Not for the key of "
    "the tombstones, without which no erased person is recognized.",
)
@click.option(
    "--again",
    is_flag=True,
    help="Start another rotation of the key of the tombstones, which keeps its older keys.",
)
def rotate_key(purpose: str, lost: bool, again: bool) -> None:
    """Replace a key, step by step: the one that encrypts stored tokens, the one that signs
    sessions, or the one of the tombstones, which recognizes people who were erased.

    Run this command once for each step, and restart the processes when it says so. Repeating a
    step changes nothing.

    The keys for encryption and sessions have three steps. The processes keep working, and no one
    is signed out before the last step.

    The key of the tombstones has two. All its older keys stay in the setting permanently: each is
    needed to recognize people, and no key is enough without the newer ones. After the second
    step, a process that was not restarted compares nothing: deliveries wait for it.
    """
    if purpose != TOMBSTONE and again:
        raise click.UsageError("--again is only for the key of the tombstones.")
    if purpose == TOMBSTONE and lost:
        raise click.UsageError(
            "The key of the tombstones cannot be given up: without it, people who were erased "
            "would not be recognized. Restore it from the backup of the settings."
        )
    settings = read_settings()
    setting = SETTING[cast(Purpose, purpose)]
    settings.require(setting)
    url = database_url(settings)
    if purpose == TOMBSTONE:
        _rotate_tombstone_key(settings, url, again=again)
        return
    if lost:
        _forget(settings, url, cast(Purpose, purpose))
        return
    made = Fernet.generate_key().decode() if purpose == "encryption" else secrets.token_urlsafe(32)
    step = rotate(settings, url, cast(Purpose, purpose), new_key=made)
    click.echo(step.said)
    if step.keys:
        _set(settings, setting, ",".join(step.keys))
    if step.next_step:
        click.echo(_next(step))


def _rotate_tombstone_key(settings: Settings, url: str, *, again: bool) -> None:
    keys, newer = settings.tombstone_keys, keys_to_add(settings, url)
    if newer:
        _use_newer_keys(settings, url)
    elif newer == () and len(keys) > 1 and not again:
        click.echo(ALL_USED)
    elif newer is None and len(keys) > 1:
        click.echo(
            "Nothing was changed, because the database has no digests yet. The first ones will be "
            "made with all keys of TOMBSTONE_KEY."
        )
    else:
        click.echo(
            "Step 1 of 2: a new key was added, before the older one. The database does not use it "
            "yet."
        )
        value = f"{secrets.token_urlsafe(32)},{settings.require('TOMBSTONE_KEY')}"
        _set(settings, "TOMBSTONE_KEY", value)
        click.echo(
            "Do not restart anything yet. Run this command again with the new setting, to take "
            "step 2. Keep the older key in the setting permanently."
        )


def _use_newer_keys(settings: Settings, url: str) -> None:
    ensure_manifest()
    try:
        added = use_newer_keys(settings, url, say=click.echo)
    except DerivationFailed as failure:
        raise click.ClickException(
            f"{failure}. The database uses the new key, but the tables derived from it are not yet "
            "updated. Fix the cause, restart the page and Dagster with the new setting, and run: "
            "worksights-zoom batch"
        ) from failure
    if added is None:
        click.echo(ALL_USED)
        return
    click.echo(
        "Step 2 of 2: the database uses the new key. Changed: "
        f"{quantity(added.tombstones, 'tombstone')}, {quantity(added.events, 'event')}."
    )
    click.echo(
        "Now restart the page and Dagster (or `up`, which runs both) with the new setting. Until "
        "then, batches land nothing, and deliveries wait. Back up the setting with all its keys, "
        "and keep all of them permanently."
    )


def _set(settings: Settings, setting: str, value: str) -> None:
    """Stores the keys where the old ones are stored, or prints what to set."""
    kept = kept_below(settings)
    if kept.get(setting) == settings.get(setting):
        store(settings, {**kept, setting: value})
        click.echo(f"{settings.home / KEYS_FILE} has been changed. Back it up.")
    elif (form := settings.form_of(setting)) == setting:
        click.echo("Set this for every process that has the setting:")
        click.echo(f"{setting}={value}")
    else:
        click.echo(
            f"Store this value where {form} reads it, for every process that has the setting:"
        )
        click.echo(value)


def _next(step: Step) -> str:
    return (
        "Restart the page and Dagster (or `up`, which runs both), and wait for a batch. Then run "
        f"this command again with the new setting, to {step.next_step}."
    )


def _forget(settings: Settings, url: str, purpose: Purpose) -> None:
    lost, unreadable = forget_lost_keys(settings, url, purpose)
    click.echo(f"{quantity(lost, 'lost key')} {noun(lost, 'is', 'are')} no longer required.")
    if unreadable:
        click.echo(
            f"{quantity(unreadable, 'stored value')} cannot be read. Reconnect the accounts that "
            "`status` lists, and set client secrets again with `sign-in-with`."
        )
