"""Dagster's processes: what each runs, which settings it gets, and what it needs to start.

`up` starts all of them, and `dagster` becomes one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from integration.commands.code_server import command_of, write_workspace
from integration.commands.processes import environment
from integration.database.postgres import connect
from integration.keys.check import check_keys
from integration.privacy.erasures_file import refuse_unknown_erasures
from integration.settings import Settings

CODE_SERVER, DAEMON, WEBSERVER = "code-server", "daemon", "webserver"
# In the order in which they start: the others use the code server, which runs all jobs and sensors.
# Each value is the kind of process whose settings it gets.
DAGSTER_PROCESSES: Mapping[str, str] = {
    CODE_SERVER: "pipeline",
    DAEMON: "dagster-daemon",
    WEBSERVER: "dagster-webserver",
}


@dataclass(frozen=True)
class DagsterProcess:
    """A program of this Python with its arguments, and its whole environment."""

    command: tuple[str, ...]
    env: Mapping[str, str]


def process_of(
    process: str, settings: Settings, url: str, *, host: str, port: int
) -> DagsterProcess:
    """The process, with the pipeline's database at `url`. Host and port are the web server's."""
    env = environment(settings, url, process=DAGSTER_PROCESSES[process])
    workspace = ("-w", str(write_workspace(settings.home)))
    commands = {
        CODE_SERVER: command_of(settings.home),
        DAEMON: ("dagster-daemon", "run", *workspace),
        WEBSERVER: (
            *("python", "-m", "orchestration.webserver", *workspace),
            *("-h", host, "-p", str(port)),
        ),
    }
    return DagsterProcess(commands[process], env)


def refuse_unusable(settings: Settings) -> None:
    """SettingsError if a setting that batches need is missing or cannot be used."""
    settings.require_zoom_app()
    settings.erase_after_days  # noqa: B018  (refuses more than Zoom allows)
    settings.refuse_unusable_tombstone_keys()


def refuse_unusable_database(settings: Settings, url: str) -> None:
    """Fails with a message if batches cannot run on the database: it does not answer, another
    release has migrated it, or it was used with other keys or restored without its erasures.
    """
    with connect(url, role="pipeline") as connection:
        check_keys(connection, settings)
        refuse_unknown_erasures(settings, connection)
