"""Starts the processes of `up`, restarts those that exit, and stops them all."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, cast

import click

from integration.commands.process_logs import ProcessLog
from integration.commands.processes import program_of
from integration.quantities import quantity
from integration.settings import PROJECT

# A process that has run this long had started well, and is restarted soon after it exits. Before
# that, the pause doubles each time.
STEADY_SECONDS = 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 60.0
# Dagster's web server and code server wait for open requests after the first signal, but not after
# the second. A container engine kills what is still running 10 s after it asked it to stop.
STOPPING = ((signal.SIGINT, 3.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0))
STOP_CHECK_SECONDS = 0.05


@dataclass
class _Child:
    command: tuple[str, ...]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes]
    output: ProcessLog
    started_at: float
    pause: float = FIRST_PAUSE_SECONDS / 2
    restart_at: float | None = None


class Supervisor:
    """The processes of one `up`. Each has its own process group and log file."""

    def __init__(self, env: Mapping[str, str], *, logs: Path, mark: Mapping[str, str]) -> None:
        """`env` is the environment of commands; `mark` is added to that of every process."""
        self._env = env
        self._mark = mark
        self._logs = logs
        self._children: dict[str, _Child] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._stop(STOPPING)
        except KeyboardInterrupt:  # Ctrl-C again
            click.echo("Killing the processes that have not stopped yet…")
            self._stop(STOPPING[-1:])

    def start(self, name: str, *command: str, env: Mapping[str, str] | None = None) -> None:
        """Starts a program of this Python, such as `dagster-daemon`, with its output in its log.
        Without an environment of its own, it gets that of the commands.
        """
        self._children[name] = self._child(name, command, self._env if env is None else env)

    def run(self, *arguments: str) -> str:
        """Runs `python ARGUMENTS` to its end and returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env={**self._env, **self._mark},
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
        return [child.process.pid for child in self._children.values()]

    def raise_if_any_exited(self) -> None:
        """click.ClickException with the last lines of a process that has exited. For the start,
        when a restarted process would only exit again.
        """
        for name, child in self._children.items():
            if (exit_ := _exit_of(child.process)) is not None:
                raise click.ClickException(f"{name} {exit_}:\n{child.output.last_lines()}")

    def restart_exited(self, *, say: Callable[[str], None]) -> None:
        """Reports each process that has exited, and restarts it after its pause."""
        for name, child in self._children.items():
            now = time.monotonic()
            if child.restart_at is not None and now >= child.restart_at:
                _end(child)
                self._children[name] = self._child(name, child.command, child.env, child.pause)
                say(f"{name} was restarted.")
            elif child.restart_at is None and (exit_ := _exit_of(child.process)) is not None:
                _send(child.process, signal.SIGTERM)  # what it started
                if now - child.started_at >= STEADY_SECONDS:
                    child.pause = FIRST_PAUSE_SECONDS / 2
                child.pause = min(2 * child.pause, LONGEST_PAUSE_SECONDS)
                child.restart_at = now + child.pause
                say(
                    f"{name} {exit_}. It will be restarted in "
                    f"{quantity(round(child.pause), 'second')}. Its last lines:\n"
                    f"{child.output.last_lines()}"
                )

    def _child(
        self,
        name: str,
        command: tuple[str, ...],
        env: Mapping[str, str],
        pause: float = FIRST_PAUSE_SECONDS / 2,
    ) -> _Child:
        process = subprocess.Popen(
            [program_of(command[0]), *command[1:]],
            cwd=PROJECT,
            env={**env, **self._mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches only this command, which stops the processes.
            start_new_session=True,
        )
        output = cast(IO[bytes], process.stdout)  # a pipe, as asked for
        log = ProcessLog(self._logs / f"{name}.log", output)
        return _Child(command, env, process, log, time.monotonic(), pause)

    def _stop(self, steps: tuple[tuple[signal.Signals, float], ...]) -> None:
        """Signals all processes at once, so that stopping takes only as long as the slowest."""
        click.echo(f"Stopping {', '.join(reversed(self._children))}…")
        for sent, seconds in steps:
            until = time.monotonic() + seconds
            for process in self._running():
                _send(process, sent)
            while self._running() and time.monotonic() < until:
                time.sleep(STOP_CHECK_SECONDS)
        for child in self._children.values():
            _end(child)
            child.output.wait()

    def _running(self) -> list[subprocess.Popen[bytes]]:
        processes = (child.process for child in self._children.values())
        return [one for one in processes if one.returncode is None and _exit_of(one) is None]


def _send(process: subprocess.Popen[bytes], sent: signal.Signals) -> None:
    """Signals the process and what it started, if any of them is still running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, sent)


def _end(child: _Child) -> None:
    """Kills what the process started, and is still running, and then forgets its number."""
    if child.process.returncode is None:
        _send(child.process, signal.SIGKILL)
        child.process.wait()


def _exit_of(process: subprocess.Popen[bytes]) -> str | None:
    """How the process exited, None while it is running. The kernel keeps its number until `_end`:
    before that, no other process or group can get it, and be signalled instead.
    """
    found = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if found is None:
        return None
    if found.si_code == os.CLD_EXITED:
        return f"exited with code {found.si_status}"
    return f"was terminated by {signal.Signals(found.si_status).name}"
