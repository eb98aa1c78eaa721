"""`rotate-key`: replaces a key, step by step, while the processes keep working."""

import secrets
from typing import cast

import click
from cryptography.fernet import Fernet

from integration.commands.keys import kept_below, store
from integration.database.postgres import database_url
from integration.keys.recorded import SETTING, Purpose
from integration.keys.rotation import Step, forget_lost_keys, rotate
from integration.quantities import noun, quantity
from integration.settings import KEYS_FILE, Settings, read_settings


@click.command("rotate-key")
@click.argument("purpose", type=click.Choice(["encryption", "session"]))
@click.option(
    "--lost",
    is_flag=True,
    help="Give up a lost key. Values that it encrypted can no longer be read.",
)
def rotate_key(purpose: str, lost: bool) -> None:
    """Replace the key that encrypts stored tokens, or signs sessions, in three steps.

    Run this command once for each step, and restart the processes in between, as instructed.
    They keep working, and no one is signed out before the last step. Repeating a step changes
    nothing.
    """
    settings = read_settings()
    setting = SETTING[cast(Purpose, purpose)]
    settings.require(setting)
    url = database_url(settings)
    if lost:
        _forget(settings, url, cast(Purpose, purpose))
        return
    made = Fernet.generate_key().decode() if purpose == "encryption" else secrets.token_urlsafe(32)
    step = rotate(settings, url, cast(Purpose, purpose), new_key=made)
    click.echo(step.said)
    if step.keys:
        _set(settings, setting, step.keys)
    if step.next_step:
        click.echo(_next(step))


def _set(settings: Settings, setting: str, keys: tuple[str, ...]) -> None:
    """Stores the keys where the old ones are stored, or prints what to set."""
    value, kept = ",".join(keys), kept_below(settings)
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
