"""How the product's processes run: their environments, and programs that replace a command."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from integration.database.address import Address, dagster_url
from integration.database.postgres import OWN_URLS
from integration.settings import PROJECT, Settings, environment_of_children


def environment(settings: Settings, url: str, *, process: str = "pipeline") -> dict[str, str]:
    """The environment of a Dagster process: the pipeline's address of our database, and an instance
    below the home.
    """
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    _link_configuration(home)
    return environment_of_children(
        with_addresses(settings, pipeline=url).only_of(process),
        DAGSTER_POSTGRES_URL=dagster_url(url),
        DAGSTER_HOME=str(home),
    )


def _link_configuration(home: Path) -> None:
    """Made anew each time: the home may have been used with a release in another folder."""
    link = home / f"dagster.yaml.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(PROJECT / "dagster.yaml")
    link.replace(home / "dagster.yaml")


def with_addresses(settings: Settings, **urls: str) -> Settings:
    """The settings with these processes' addresses of the database. Each keeps the name of the
    setting that it came from, which errors of the process name.
    """
    named = {
        (url.setting if isinstance(url, Address) else None) or OWN_URLS[process]: url
        for process, url in urls.items()
    }
    return settings.changed(named)


def program_of(command: str) -> Path:
    """A program of this Python, such as `dagster-daemon`."""
    return Path(sys.executable).parent / command


def become(command: str, *arguments: str, env: Mapping[str, str]) -> NoReturn:
    """Replaces this process with a program of this Python, so that signals reach the program and
    its exit code is that of the process.

    Restores SIGINT, which a shell without job control makes its background processes ignore:
    Dagster handles SIGTERM as it handles SIGINT.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    os.chdir(PROJECT)
    program = str(program_of(command))  # Python finds its packages by this name, not by the file
    os.execve(program, [program, *arguments], env)  # noqa: S606  (no shell)
