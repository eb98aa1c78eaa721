"""One Dagster process with our definitions, for the daemon and the web server.

With the project's `workspace.yaml`, each of them would run its own, and the daemon would start a
new one every minute or so.
"""

import hashlib
import json
import os
import re
import socket
import stat
import tempfile
from pathlib import Path

# The name that workspace.yaml gives: Dagster keeps the state of schedules and sensors by it.
LOCATION = "worksights_zoom"
# The kernel allows 108 bytes for the path of a socket, and gRPC reads its address as a URL.
LONGEST_FOLDER = 80
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def socket_of(home: Path) -> Path:
    """Where the code server listens: a socket that only this user can open, because whoever can
    talk to the server can run code.
    """
    folder = (home / "dagster").resolve()
    if len(os.fsencode(folder)) > LONGEST_FOLDER or not PLAIN_PATH.fullmatch(str(folder)):
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"worksights-zoom-code-{os.geteuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PermissionError(1, "belongs to another user", str(folder))
        folder.chmod(0o700)
    return folder / "code.sock"


def write_workspace(home: Path) -> Path:
    """The workspace that leads to the code server, as Dagster's `-w` reads it: JSON is YAML."""
    file = home / "dagster" / "workspace.yaml"
    server = {"socket": str(socket_of(home)), "location_name": LOCATION}
    file.write_text(json.dumps({"load_from": [{"grpc_server": server}]}, indent=2) + "\n")
    return file


def command_of(home: Path) -> tuple[str, ...]:
    """Starts the server. It listens once it has loaded the definitions, and does not reload them:
    `up` is started again after an update.
    """
    return (
        *("dagster", "api", "grpc", "-m", "orchestration.definitions"),
        *("--log-level", "warning"),  # until our own logs are set up (integration/logs.py)
        *("--socket", str(socket_of(home)), "--location-name", LOCATION),
    )


def listens(home: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(socket_of(home))) == 0
