"""A running `up`, and the processes that it started."""

import subprocess
import threading

import psutil

READY = "Press Ctrl-C to stop everything."


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
