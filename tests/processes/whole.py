"""A running `up`, and the processes that it started."""

import subprocess
import threading

import psutil

READY = "Press Ctrl-C to stop everything."
# A process as its arguments show it, and its name in what `up` prints.
CHILDREN = {
    "integration.commands serve": "receiver",
    "dagster-daemon run": "dagster-daemon",
    "dagster api grpc": "dagster-code-server",
    "orchestration.webserver": "dagster-webserver",
}


def read_along(process: subprocess.Popen[str]) -> tuple[list[str], threading.Thread]:
    """The lines that the process prints, as they arrive."""
    lines: list[str] = []
    reader = threading.Thread(target=lambda: [lines.append(line) for line in process.stdout])
    reader.start()
    return lines, reader


def is_alive(process: psutil.Process) -> bool:
    """A container's first process may not reap processes that have ended."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def child_with(process: subprocess.Popen[str], command: str) -> psutil.Process | None:
    found = psutil.Process(process.pid).children()
    return next((one for one in found if command in " ".join(arguments_of(one))), None)


def arguments_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
