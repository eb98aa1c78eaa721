"""Chooses the ports of the processes."""

import contextlib
import errno
import socket
from collections.abc import Callable

import click
import psutil

from integration.settings import Settings, SettingsError

LAST_PORT = 65_535
PORT = click.IntRange(0, LAST_PORT)


def port_for(wanted: int, *, option: str, is_chosen: bool, say: Callable[[str], None]) -> int:
    """The wanted port, or a free one if it is in use. click.ClickException if it is in use and
    someone chose it, because they or Zoom will use that address.
    """
    if not is_in_use(wanted, option=option):
        return wanted
    taken = f"Port {wanted} is in use{_by_whom(wanted)}."
    if is_chosen:
        raise click.ClickException(f"{taken} Stop that program, or choose another with {option}.")
    port = free_port()
    say(f"{taken} Using port {port} instead. To choose one, use {option}.")
    return port


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def is_in_use(port: int, *, option: str) -> bool:
    """click.ClickException if the port cannot be used at all, such as a low one without rights."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return True
        raise click.ClickException(
            f"Port {port} cannot be used ({error.strerror}). Choose another with {option}."
        ) from error
    return False


def _by_whom(port: int) -> str:
    """Empty if unknown: only root can see which process of another user is listening."""
    with contextlib.suppress(psutil.Error, OSError, RuntimeError):  # /proc may be hidden or partial
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr.port == port and one.pid:
                return f" by {psutil.Process(one.pid).name()} (process {one.pid})"
    return ""


def metrics_port(settings: Settings) -> int | None:
    """The port for `/metrics` alone; None if it shares the port of everything else."""
    port = settings.get("METRICS_PORT")
    if not port:
        return None
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= LAST_PORT):
        raise SettingsError(f"METRICS_PORT must be a number from 1 to {LAST_PORT}, not {port!r}.")
    return int(port)
