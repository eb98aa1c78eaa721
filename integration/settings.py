"""The only reader of the environment.

The environment overrides `.env` of the project, which overrides `keys.env` below the home: the keys
that `up` created because none were set. Secrets can also come from a file or a command
(settings_sources.py). Nothing is read at import.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from dotenv import dotenv_values

from integration import settings_sources as sources
from integration.settings_of_processes import OF_ANY_PROCESS, SETTINGS_OF
from integration.settings_of_tombstones import keys_in
from integration.settings_sources import PLACEHOLDER as PLACEHOLDER
from integration.settings_sources import SettingsError as SettingsError
from integration.settings_sources import UnsetSetting as UnsetSetting

PROJECT = Path(__file__).resolve().parent.parent
KEYS_FILE = "keys.env"
ROLE_PREFIX = re.compile(r"[a-z][a-z0-9_]{,39}")
HOST_NAME = re.compile(r"[a-z0-9.-]*")
DEV_SCHEMA_NAME = re.compile(r"(?!rebuild)[a-z][a-z0-9_]{,29}")
# Zoom allows ten days to delete the data of an account that removed the app.
LONGEST_GRACE_DAYS = 10


@dataclass(frozen=True)
class Settings:
    """Every setting of `.env.example`. Empty and placeholder values count as missing."""

    home: Path
    values: Mapping[str, str]

    def get(self, name: str, default: str = "") -> str:
        """SettingsError if the value comes from a file or a command and cannot be read."""
        form = sources.form_in_use(name, self.values)
        if form in (None, name):
            return self.values[name].strip() if form else default
        return sources.read_value(form, self.values[form].strip(), folder=PROJECT)

    def form_of(self, name: str) -> str:
        """The name under which the setting is set: its own, or the one for a file or a command."""
        return sources.form_in_use(name, self.values) or name

    def changed(self, values: Mapping[str, str]) -> "Settings":
        """A copy with these values, which replace the settings in any form."""
        return Settings(self.home, {**sources.without(values, self.values), **values})

    def only_of(self, *processes: str) -> "Settings":
        """The settings that processes of these kinds read, and no others. One that has an address
        of its own does not hold the owner's. SettingsError if one of their secrets cannot be read.
        """
        names = frozenset[str]().union(*(SETTINGS_OF[process] for process in processes))
        own = [name for name in names if name.endswith("_DATABASE_URL")]
        if all(self.get(name) for name in own):
            names -= {"DATABASE_URL"}
        for name in sources.SECRETS & names:
            self.get(name)
        return Settings(self.home, sources.without(OF_ANY_PROCESS - names, self.values))

    def require(self, name: str) -> str:
        """The value, or UnsetSetting that names it."""
        value = self.get(name)
        if not value:
            raise UnsetSetting(
                f"{name} is not set. Set it in .env (see .env.example) or in the environment."
            )
        return value

    def require_all(self, *names: str) -> None:
        """All missing names in one message, so that no one discovers them one by one."""
        missing = [name for name in names if not self.get(name)]
        if missing:
            verb, pronoun = ("is", "it") if len(missing) == 1 else ("are", "them")
            raise SettingsError(
                f"{', '.join(missing)} {verb} not set. Set {pronoun} in .env (see .env.example) "
                "or in the environment."
            )

    def require_zoom_app(self) -> None:
        """Checks what requests to Zoom need: the app, and keys that can read the stored tokens."""
        self.require_all("ENCRYPTION_KEY", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET")
        self.encryption_keys  # noqa: B018  (refuses invalid keys)

    @property
    def webhook_secrets(self) -> tuple[tuple[str, str | None], ...]:
        """The live secret tokens, newest first, each with the Zoom account that it is bound to
        (`SECRET@ACCOUNT_ID`), or None.
        """
        listed = [each.strip() for each in self.require("ZOOM_WEBHOOK_SECRET_TOKEN").split(",")]
        bound = [each.rpartition("@") for each in listed if each]
        if any(at and not (secret.strip() and account.strip()) for secret, at, account in bound):
            raise SettingsError(
                "ZOOM_WEBHOOK_SECRET_TOKEN has an @ without a secret token before it or a Zoom "
                "account ID after it. Write SECRET, or SECRET@ACCOUNT_ID for an app that belongs "
                "to one account."
            )
        return tuple(
            (secret.strip(), account.strip()) if at else (account, None)
            for secret, at, account in bound
        )

    @property
    def has_own_app(self) -> bool:
        """Whether a token is not bound to an account. True if this process has none to tell by."""
        is_set = self.get("ZOOM_WEBHOOK_SECRET_TOKEN")
        accounts = [account for _, account in self.webhook_secrets] if is_set else []
        return not accounts or None in accounts

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """Fernet keys; the first one encrypts. Several during a rotation."""
        keys = tuple(k.strip() for k in self.require("ENCRYPTION_KEY").split(",") if k.strip())
        try:
            MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise SettingsError(
                "ENCRYPTION_KEY is not a valid Fernet key (32 bytes, URL-safe base64). Create one "
                "with: "
                "python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'"
            ) from error
        return keys

    @property
    def session_keys(self) -> tuple[str, ...]:
        """The keys that sign the page's cookies and links, newest first; several in a rotation."""
        return tuple(k.strip() for k in self.require("SESSION_KEY").split(",") if k.strip())

    @property
    def public_url(self) -> str:
        """The address at which browsers reach the page, without a slash at the end."""
        url = self.require("PUBLIC_URL").rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise SettingsError("PUBLIC_URL must start with https:// (http:// for local use only).")
        return url

    @property
    def tombstone_keys(self) -> tuple[str, ...]:
        """The keys of the tombstones of erased people, newest first. None must ever be removed."""
        return keys_in(self.require("TOMBSTONE_KEY"))

    def refuse_unusable_tombstone_keys(self) -> None:
        """SettingsError if they are set and cannot be used; many installations need none."""
        if self.get("TOMBSTONE_KEY"):
            self.tombstone_keys  # noqa: B018  (refuses other values)

    @property
    def oauth_url(self) -> str:
        return self.get("ZOOM_OAUTH_URL", "https://zoom.us").rstrip("/")

    @property
    def api_url(self) -> str:
        return self.get("ZOOM_API_URL", "https://api.zoom.us").rstrip("/")

    @property
    def quarantine_days(self) -> int:
        return self._positive_int("QUARANTINE_DAYS", 30)

    @property
    def run_history_days(self) -> int:
        return self._positive_int("RUN_HISTORY_DAYS", 30)

    @property
    def backup_days(self) -> int:
        """The days after which the operator deletes backups, for certificates of erasure."""
        return self._positive_int("BACKUP_DAYS", 30)

    @property
    def backlog_deliveries(self) -> int:
        return self._positive_int("BACKLOG_DELIVERIES", 5000)

    @property
    def import_minutes(self) -> int:
        return self._positive_int("IMPORT_MINUTES", 10)

    @property
    def heal_minutes(self) -> int:
        return self._positive_int("HEAL_MINUTES", 45)

    @property
    def batch_minutes(self) -> int:
        """The longest time that a run that writes may take."""
        return self._positive_int("BATCH_MINUTES", 120)

    @property
    def dev_schema(self) -> str:
        """The first part of the names of the schemas that `worksights-zoom dbt` builds in."""
        name = self.get("DEV_SCHEMA", "dev")
        if not DEV_SCHEMA_NAME.fullmatch(name):
            raise SettingsError(
                f"DEV_SCHEMA cannot be {name!r}. Use at most 30 lower-case letters, digits and "
                "underscores. It must start with a letter, and not with rebuild."
            )
        return name

    @property
    def erase_after_days(self) -> int:
        days = self._positive_int("ERASE_AFTER_DAYS", 7)
        if days > LONGEST_GRACE_DAYS:
            raise SettingsError(
                f"ERASE_AFTER_DAYS must be at most {LONGEST_GRACE_DAYS}, not {days}. Zoom allows "
                "ten days to delete the data of an account that removed the app."
            )
        return days

    @property
    def role_prefix(self) -> str:
        """The prefix of the names of the database roles."""
        prefix = self.get("DATABASE_ROLE_PREFIX")
        if prefix and not ROLE_PREFIX.fullmatch(prefix):
            raise SettingsError(
                f"DATABASE_ROLE_PREFIX cannot be {prefix!r}. Use at most 40 lower-case letters, "
                "digits and underscores, starting with a letter."
            )
        return prefix

    @property
    def new_organizations(self) -> str:
        """The setting `processing` of organizations that connect their first account."""
        value = self.get("NEW_ORGANIZATIONS", "released")
        if value not in ("released", "held"):
            raise SettingsError(f"NEW_ORGANIZATIONS must be released or held, not {value!r}.")
        return value

    @property
    def dagster_hosts(self) -> tuple[str, ...]:
        """The names under which a proxy serves Dagster's pages, besides those of this machine."""
        names = [name.strip().lower() for name in self.get("DAGSTER_HOSTS").split(",")]
        if not all(HOST_NAME.fullmatch(name) for name in names):
            raise SettingsError(
                "DAGSTER_HOSTS takes names without a scheme or port, separated by commas, such "
                "as dagster.example.com. Write other letters as browsers send them (xn--…)."
            )
        return tuple(name for name in names if name)

    @property
    def dagster_changes(self) -> bool:
        """Whether Dagster's pages may start, stop or change anything."""
        value = self.get("DAGSTER_CHANGES", "refused")
        if value not in ("refused", "allowed"):
            raise SettingsError(f"DAGSTER_CHANGES must be refused or allowed, not {value!r}.")
        return value == "allowed"

    def _positive_int(self, name: str, default: int) -> int:
        value = self.get(name, str(default))
        if not value.isascii() or not value.isdigit() or int(value) < 1:
            raise SettingsError(f"{name} must be a positive whole number, not {value!r}.")
        return int(value)


def read_settings(
    environ: Mapping[str, str] | None = None, *, dotenv: Path | None = None
) -> Settings:
    """Settings from the environment (or the mapping given), `.env` and the home's keys."""
    environ = os.environ if environ is None else environ
    from_dotenv = dotenv_values(dotenv or PROJECT / ".env")
    known = sources.over(environ, {k: v for k, v in from_dotenv.items() if v is not None})
    home = Path(known.get("WORKSIGHTS_ZOOM_HOME") or ".local")
    home = home if home.is_absolute() else PROJECT / home
    keys = {k: v for k, v in dotenv_values(home / KEYS_FILE).items() if v is not None}
    values = sources.over({k: v for k, v in known.items() if v.strip()}, keys)
    for name in sources.SECRETS:
        sources.form_in_use(name, values)  # refuses more than one
    return Settings(home=home, values=values)


def set_environment(values: Mapping[str, str]) -> None:
    """Sets variables for libraries that read the environment (dbt's profile, Dagster)."""
    os.environ.update(values)


@contextmanager
def environment_with(**values: str) -> Iterator[None]:
    """Sets variables during the block, then restores the earlier values."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def environment_of_children(settings: Settings, **extra: str) -> dict[str, str]:
    """The environment of a process that a command starts: this one, with only these settings."""
    ours = {form for name in OF_ANY_PROCESS for form in sources.forms_of(name)}
    rest = {name: value for name, value in os.environ.items() if name not in ours}
    return {**rest, **settings.values, "WORKSIGHTS_ZOOM_HOME": str(settings.home), **extra}
