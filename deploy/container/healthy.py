"""The health check of the container image: whether the container's process answers.

The arguments of the first process, tini, show what the container runs. Dagster's daemon has no
address; it exits when one of its threads hangs, and a container that has exited is restarted. A
command such as `batch` has none either; it ends, and its container with it.
"""

import argparse
import socket
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

SECONDS = 5.0
PROGRAM = "worksights-zoom"
CODE_SERVER = "/var/lib/worksights-zoom/dagster/code.sock"


class UnknownProcess(Exception):
    """The container runs none of our commands; the message says what it runs."""


def address_of(arguments: Sequence[str]) -> str:
    """The address or the socket that answers if the process is healthy, or "" if it has none."""
    programs = [Path(argument).name for argument in arguments]
    command = arguments[programs.index(PROGRAM) + 1 :] if PROGRAM in programs else []
    name = command[0] if command else ""
    if name == "serve":
        return f"http://127.0.0.1:{_port(command) or 8080}/healthz"
    if name == "dagster":
        if "webserver" in command:
            return f"http://127.0.0.1:{_port(command) or 3000}/server_info"
        return CODE_SERVER if "code-server" in command else ""
    from integration.commands.main import COMMANDS  # takes longer than all the rest

    if name not in COMMANDS:
        raise UnknownProcess(f"Not a command of {PROGRAM}: {' '.join(arguments)}")
    return ""


def _port(command: Sequence[str]) -> str | None:
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--port")
    port: str | None = options.parse_known_args(command)[0].port
    return port


def check(address: str) -> None:
    """Raises OSError if nothing answers there."""
    if address.startswith("http"):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(address, timeout=SECONDS).close()
    elif address:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(SECONDS)
            client.connect(address)


def main(arguments: Sequence[str]) -> int:
    """The exit code of the check, for a first process with these arguments."""
    try:
        check(address_of(arguments))
    except (OSError, UnknownProcess) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path("/proc/1/cmdline").read_text().split("\0")[:-1]))
