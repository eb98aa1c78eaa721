"""Who runs a command, as the access log names them."""

import os
from getpass import getuser


def operator() -> str:
    """`command:` and the login name, or the number of an account without one."""
    try:
        name = getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return f"command:{name}"
