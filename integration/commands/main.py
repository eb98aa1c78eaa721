"""`worksights-zoom`: finds each command's module, and prints expected errors as messages."""

import gc
import importlib
import logging
import os
from typing import Any

import click
from psycopg.errors import InvalidSchemaName, UndefinedColumn, UndefinedTable

from integration.database.unavailable import DatabaseUnavailable
from integration.logs import is_json
from integration.privacy.access_log import Act
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.settings import SettingsError
from integration.zoom.errors import TransientZoomError, ZoomError

logger = logging.getLogger("worksights-zoom")

# command -> module. Each command imports only what it needs, so that it starts quickly.
COMMANDS = {
    "up": "up",
    "serve": "serve",
    "dagster": "dagster_process",
    "stop": "database",
    "migrate": "database",
    "database-url": "database",
    "create-logins": "create_logins",
    "rotate-key": "rotate_key",
    "batch": "batch",
    "rebuild": "batch",
    "heal": "heal",
    "import-users": "import_users",
    "erase": "erase",
    "export": "export",
    "connect": "connect",
    "sign-in-link": "sign_in_link",
    "sign-in-with": "sign_in_with",
    "explain": "explain",
    "audit": "audit",
    "status": "status",
    "dbt": "dbt",
    "simulate": "simulate",
}

# The commands that show people's sessions, and the access that each records. The others show none.
SHOWS = {"explain": Act.EXPLAIN, "export": Act.EXPORT}
SHOW_NOBODY = frozenset(
    {
        *(
            "up",
            "serve",
            "dagster",
            "stop",
            "migrate",
            "database-url",
            "batch",
            "rebuild",
            "heal",
            "import-users",
        ),
        *(
            "create-logins",
            "rotate-key",
            "erase",
            "connect",
            "sign-in-link",
            "sign-in-with",
            "audit",
            "status",
            "dbt",
            "simulate",
        ),
    }
)


class StatusUnknown(click.ClickException):
    """The status could not be read. Its exit code is not 1, which means that something needs
    attention; in Nagios, 3 means "unknown".
    """

    exit_code = 3


class CommandGroup(click.Group):
    """Imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"integration.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        os.umask(0o077)  # only this user may read files in the home: logs, runs, compiled SQL
        # What a command imports stays. Looking for garbage in it after every 700 new objects, as
        # Python does, takes an eighth of what importing Dagster and dbt takes.
        gc.set_threshold(10_000)
        try:
            return self._invoke(ctx)
        except click.UsageError:
            raise
        except click.ClickException as error:
            if ctx.invoked_subcommand == "status":
                raise StatusUnknown(error.message) from error
            if is_json():
                logger.error("%s", error.format_message())
                ctx.exit(error.exit_code)
            raise

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TransientZoomError as error:  # a command does not retry
            raise click.ClickException(
                f"{error.reason} Repeat this command in a few minutes."
            ) from error
        except (SettingsError, DatabaseUnavailable, WrongTombstoneKey, ZoomError) as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            # Only errors about files, such as a home on a read-only or full disk.
            if error.filename is None:
                raise
            raise click.ClickException(
                f"Cannot use {error.filename} ({error.strerror}). Set WORKSIGHTS_ZOOM_HOME to a "
                "directory that this user can write to."
            ) from error
        except (UndefinedTable, UndefinedColumn, InvalidSchemaName) as error:
            raise click.ClickException(
                "The database schema is out of date. Run: worksights-zoom migrate"
            ) from error


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Zoom integration for WorkSights: turns meetings, webinars and calls into timeline
    activities.
    """
