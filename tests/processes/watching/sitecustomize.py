"""Python imports this at the start of each process that has this folder in PYTHONPATH. It records
where the process connects to, and which names it looks up, in the file CONNECTIONS_SEEN.
"""

import os
import sys
from typing import Any

FILE = os.environ["CONNECTIONS_SEEN"]
CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname")
recorded: set[str] = set()


def record(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CONNECTING:
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "a socket of this machine"
    elif event in LOOKING_UP:
        host = arguments[0]
    else:
        return
    line = f"{os.path.basename(sys.argv[0])} {event} {host}\n"
    if line not in recorded:
        recorded.add(line)
        with open(FILE, "a") as file:
            file.write(line)


sys.addaudithook(record)
