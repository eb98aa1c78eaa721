"""The health check of the container image: whether the container's process answers.

The arguments of the first process show what the container runs. Dagster's daemon has no address; it
exits when one of its threads hangs, and a container that has exited is restarted.
"""

import socket
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

SECONDS = 5.0
CODE_SERVER = "/var/lib/worksights-zoom/dagster/code.sock"


def address_of(arguments: Sequence[str]) -> str:
    """The address or the socket that answers if the process is healthy, or "" if it has none."""
    port = arguments[arguments.index("--port") + 1] if "--port" in arguments else ""
    if "serve" in arguments:
        return f"http://127.0.0.1:{port or 8080}/healthz"
    if "webserver" in arguments:
        return f"http://127.0.0.1:{port or 3000}/server_info"
    return CODE_SERVER if "code-server" in arguments else ""


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
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path("/proc/1/cmdline").read_text().split("\0")))
