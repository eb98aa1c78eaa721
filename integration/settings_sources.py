"""Where the value of a secret setting comes from: the setting itself, the file in `NAME_FILE`, or
the output of the command in `NAME_COMMAND`. No error repeats a value.
"""

import shlex
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

# Anyone who knows the value of one of these can read or do what others must not.
SECRETS = frozenset(
    {
        *("DATABASE_URL", "RECEIVER_DATABASE_URL", "PAGE_DATABASE_URL", "PIPELINE_DATABASE_URL"),
        *("ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN", "NOTIFICATION_WEBHOOK_SECRET"),
        "NOTIFICATION_WEBHOOK_URL",  # many services let anyone post who knows it
        *("ENCRYPTION_KEY", "SESSION_KEY", "TOMBSTONE_KEY", "SMTP_URL"),
    }
)
PLACEHOLDER = "change-me"
COMMAND_SECONDS = 60
_FILE, _COMMAND = "_FILE", "_COMMAND"
_UNSET = ("", PLACEHOLDER)


class SettingsError(Exception):
    """A setting is missing or unusable; the message names it and the next step."""


class UnsetSetting(SettingsError):
    """A setting is missing."""


def forms_of(name: str) -> tuple[str, ...]:
    """The names under which this setting can be set."""
    return (name, name + _FILE, name + _COMMAND) if name in SECRETS else (name,)


def form_in_use(name: str, values: Mapping[str, str]) -> str | None:
    """The form that is set, if any. SettingsError if more than one is."""
    found = [form for form in forms_of(name) if values.get(form, "").strip() not in _UNSET]
    if len(found) > 1:
        raise SettingsError(f"{' and '.join(found)} are set. Set only one of them.")
    return found[0] if found else None


def without(names: Iterable[str], values: Mapping[str, str]) -> dict[str, str]:
    """The values, without these settings in any form."""
    forms = {form for name in names for form in forms_of(name)}
    return {form: value for form, value in values.items() if form not in forms}


def over(upper: Mapping[str, str], lower: Mapping[str, str]) -> dict[str, str]:
    """The values of two places, of which the upper one wins. If it names a secret in any form, even
    with an empty value, the lower one's is not used.
    """
    named = [name for name in SECRETS if any(form in upper for form in forms_of(name))]
    return {**without(named, lower), **upper}


@cache
def read_value(form: str, source: str, *, folder: Path) -> str:
    """The value in the file or printed by the command. Files are relative to the folder. A process
    reads each value once, however often it reads its settings; what failed is tried again.
    """
    if form.endswith(_FILE):
        return _in_file(form, folder / source)
    return _printed(form, source)


def _in_file(form: str, file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").strip().splitlines()
    except OSError as error:
        raise SettingsError(f"{form}: {file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{form}: {file} is not a text file.") from None
    if not lines:
        raise SettingsError(f"{form}: {file} is empty.")
    if len(lines) > 1:
        raise SettingsError(f"{form}: {file} has more than one line. Keep only the value.")
    return lines[0].strip()


def _printed(form: str, command: str) -> str:
    """The first line that the command prints. It runs without a shell, and without input; what it
    writes to its standard error goes to that of this process.
    """
    try:
        ran = subprocess.run(  # noqa: S603  (the operator's own command)
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        line = ran.stdout.decode().strip().partition("\n")[0].strip()
    except OSError as error:
        raise SettingsError(f"{form}: the command cannot be run: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise SettingsError(
            f"{form}: the command was stopped because it took more than {COMMAND_SECONDS} seconds."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{form}: what the command printed is not text.") from None
    except ValueError:
        raise SettingsError(f"{form}: a quotation mark in the command is not closed.") from None
    if ran.returncode:
        raise SettingsError(f"{form}: the command failed with exit code {ran.returncode}.")
    if not line:
        raise SettingsError(f"{form}: the command printed nothing.")
    return line
