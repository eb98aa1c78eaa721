"""Processes of the program without its start: each is forked from one that has imported what the
command needs.

Importing Dagster and dbt takes longer (5 s of CPU) than most batches of the tests. A forked process
is one like every other: it has its own environment, output, session and exit status. Tests of
starting and stopping start the program itself (`Program.start`).

Run as a script, this is the process that is forked.
"""

import atexit
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from multiprocessing import resource_tracker
from pathlib import Path

MESSAGE = 1_000_000  # bytes, more than any environment has
DBT = (
    *("dbt.cli.main", "dbt.adapters.postgres", "dbt.task.build"),
    "integration.pipeline.dbt.one_session",
)
# What these commands import only when they have read their settings.
LATER = {
    "batch": (*DBT, "orchestration.batch", "orchestration.storage"),
    **dict.fromkeys(("rebuild", "migrate", "erase", "dbt"), DBT),
}
# Python reads these when it starts.
FOR_PYTHON = ("PYTHON", "LC_", "LANG", "TZ")


def is_the_same_start(environment: Mapping[str, str]) -> bool:
    """Whether Python would start in this environment as it has started here."""
    return all(
        environment.get(name) == os.environ.get(name)
        for name in {*environment, *os.environ}
        if name.startswith(FOR_PYTHON)
    )


def run_forked(
    arguments: Sequence[str], *, environment: Mapping[str, str], timeout: float
) -> tuple[int, str, str]:
    """Runs `sys.argv` to its end; returns its exit code, as subprocess does, and its output."""
    wanted = {"argv": [*arguments], "environment": {**environment}, "cwd": os.getcwd()}
    pipes = [os.pipe() for _ in range(3)]
    socket.send_fds(_stem(), [json.dumps(wanted).encode()], [write for _, write in pipes])
    for _, write in pipes:
        os.close(write)
    out, err, status = (os.fdopen(read) for read, _ in pipes)
    with out, err, status, ThreadPoolExecutor(3) as pool:
        process = status.readline()
        reading = [pool.submit(one.read) for one in (out, err, status)]
        try:
            said, complained, code = (one.result(timeout) for one in reading)
        except TimeoutError:
            os.killpg(int(process), signal.SIGKILL)
            raise
    assert code, f"it could not be forked: {complained}"
    return int(code), said, complained


@cache
def _stem() -> socket.socket:
    """The connection to this file, run as a script, which ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # a process with threads is not forked
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _serve(connection: socket.socket) -> None:
    """Forks a process for each request, and returns in that process, ready to run the command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nothing is left of those that have ended
    # Importing dbt starts this process of Python's, which would keep a command's output open.
    resource_tracker.ensure_running()
    nowhere = os.open(os.devnull, os.O_RDWR)
    while True:
        data, descriptors, _, _ = socket.recv_fds(connection, MESSAGE, 3)
        if not data:
            os._exit(0)
        wanted = json.loads(data)
        os.dup2(descriptors[1], 2)  # what importing says is part of the command's output
        _import_for(*wanted["argv"][1:2])
        if os.fork() == 0:
            connection.close()
            os.close(nowhere)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(wanted, *descriptors)
            return
        os.dup2(nowhere, 2)
        for one in descriptors:
            os.close(one)


@cache
def _import_for(command: str = "") -> None:
    from integration.commands.main import COMMANDS

    own = [f"integration.commands.{COMMANDS[command]}"] if command in COMMANDS else []
    for module in (*own, *LATER.get(command, ())):
        importlib.import_module(module)
    if set(DBT) & set(LATER.get(command, ())):
        _describe_what_dbt_reads()
    gc.collect()
    gc.freeze()  # all processes share this memory


def _describe_what_dbt_reads() -> None:
    """dbt makes a JSON schema of each kind of file that it reads, once in a process."""
    from dbt.adapters.postgres.connections import PostgresCredentials
    from dbt.contracts import project
    from dbt.contracts.selection import SelectorFile

    of_projects = (project.ProjectFlags, project.Project, project.PackageConfig)
    of_profiles = (project.Configuration, project.ProfileConfig, PostgresCredentials)
    for kind in (*of_projects, *of_profiles, SelectorFile):
        kind.json_schema()


def _become(wanted: dict[str, object], out: int, err: int, status: int) -> None:
    """Returns in a child of this process, which itself writes the child's id, waits for it, and
    writes its exit code.
    """
    child = os.fork()
    if child:
        for one in (out, err, 2):
            os.close(one)
        os.write(status, f"{child}\n".encode())
        _, ended = os.waitpid(child, 0)
        os.write(status, str(os.waitstatus_to_exitcode(ended)).encode())
        os._exit(0)
    os.close(status)
    os.setsid()
    for one, number in ((out, 1), (err, 2)):
        os.dup2(one, number)
        os.close(one)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    time.tzset()
    tempfile.tempdir = None  # this environment may name another folder
    os.chdir(wanted["cwd"])
    sys.argv[:] = wanted["argv"]


if __name__ == "__main__":
    sys.path[0] = str(Path(sys.executable).parent)  # as for the program
    _serve(socket.socket(fileno=int(sys.argv[1])))
    from integration.commands.main import cli

    sys.exit(cli())
