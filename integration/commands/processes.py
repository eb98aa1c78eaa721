"""Starts and stops the processes of `up`, and builds the environment of each."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NoReturn, Self, cast

import click

from integration.commands.process_logs import ProcessLog
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
        url.setting if isinstance(url, Address) else OWN_URLS[process]: url
        for process, url in urls.items()
    }
    return Settings(settings.home, {**settings.values, **named})


def free_port(wanted: int) -> int:
    """The wanted port, or another one if it is taken."""
    for candidate in (wanted, 0):
        with (
            contextlib.suppress(OSError),
            socket.create_server(("127.0.0.1", candidate)) as listener,
        ):
            return int(listener.getsockname()[1])
    raise click.ClickException("No free port was found.")


def program_of(command: str) -> Path:
    """A program of this Python, such as `dagster-daemon`."""
    return Path(sys.executable).parent / command


def become(command: str, *arguments: str, env: Mapping[str, str]) -> NoReturn:
    """Replaces this process with a program of this Python: signals reach it, and its exit code is
    that of the process.

    Restores SIGINT, which background processes of a shell without job control ignore: Dagster does
    with SIGTERM what it does with SIGINT.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    os.chdir(PROJECT)
    os.execve(program_of(command), [command, *arguments], env)  # noqa: S606  (no shell)


class Supervisor:
    """The processes of one `up`. Each has its own process group and log file; they are stopped
    together.
    """

    def __init__(self, env: Mapping[str, str], *, logs: Path) -> None:
        self._env = env
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._outputs: dict[str, ProcessLog] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for name, process in reversed(self._running.items()):
            click.echo(f"Stopping {name}…")
            _stop(process)
            self._outputs[name].wait()

    def start(self, name: str, *command: str, env: Mapping[str, str] | None = None) -> None:
        """Starts a program of this Python, such as `dagster-daemon`, with its output in its log.
        Without an environment of its own, it gets that of the commands.
        """
        process = subprocess.Popen(
            [program_of(command[0]), *command[1:]],
            cwd=PROJECT,
            env=self._env if env is None else env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches only this command, which stops the processes in order
            start_new_session=True,
        )
        self._running[name] = process
        output = cast(IO[bytes], process.stdout)  # a pipe, as asked for
        self._outputs[name] = ProcessLog(self._logs / f"{name}.log", output)

    def run(self, *arguments: str) -> str:
        """Runs `python ARGUMENTS` to its end and returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise click.ClickException(
                f"`{' '.join(arguments[1:3])}` failed: "
                f"{(done.stderr or done.stdout).strip()[-1500:]}"
            )
        return done.stdout

    def pids(self) -> list[int]:
        return [process.pid for process in self._running.values()]

    def raise_if_any_exited(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                tail = self._outputs[name].last_lines()
                raise click.ClickException(f"{name} exited with code {process.returncode}:\n{tail}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sent, patience in ((signal.SIGINT, 20), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
