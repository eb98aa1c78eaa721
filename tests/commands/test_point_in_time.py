"""A base backup and the archived log of a running server are restored to a point in time, as
docs/operations/backup.md says.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from integration.database import embedded
from tests.commands.another_server import PROGRAMS
from tests.commands.program import Program, execute, program_with, rows
from tests.patience import wait_until

NAMES = "select organization_id from worksights.organizations order by 1"


@contextmanager
def archiving(url: str, folder: Path) -> Iterator[Callable[[str], bool]]:
    """The log is written to the folder as it arises; a server's archive_command does the same.
    Yields whether a file of the log is there, complete.
    """
    # Without a slot, the checkpoint of the base backup removes a file of the log that has not been
    # sent to the end, as on a machine whose disk is slow, and it never arrives.
    execute(url, "select pg_create_physical_replication_slot('archive', true)")
    command = [PROGRAMS / "pg_receivewal", f"--directory={folder}", f"--dbname={url}"]
    with (
        TemporaryFile() as said,
        subprocess.Popen([*command, "--slot=archive", "--no-loop"], stderr=said) as process,
    ):

        def has_arrived(name: str) -> bool:
            if process.poll() is not None:
                said.seek(0)
                pytest.fail(f"pg_receivewal has ended: {said.read().decode()}")
            return (folder / name).exists()

        try:
            wait_until(lambda: has_arrived("") and any(folder.iterdir()))
            yield has_arrived
        finally:
            process.terminate()


def restore(program: Program, base: Path, archive: Path, *, at: datetime) -> None:
    """Puts the base backup into the place of the program's new server, which replays the log."""
    embedded.url_of(program.home)  # the folder, with the owner and the rights that it needs
    embedded.stop(program.home)
    data = program.home / "postgres"
    owner = data.stat()
    shutil.rmtree(data)
    shutil.copytree(base, data, ignore=shutil.ignore_patterns(".s.PGSQL.*"))  # of its socket
    shutil.copytree(archive, data / "archive")
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(
            "restore_command = 'cp archive/%f %p'\n"
            f"recovery_target_time = '{at.isoformat()}'\n"
            "recovery_target_action = 'promote'\n"
        )
    (data / "recovery.signal").touch()
    for path in (data, *data.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    data.chmod(0o700)


def test_a_server_is_restored_to_a_point_in_time(tmp_path: Path) -> None:
    base, archive = tmp_path / "base", tmp_path / "archive"
    archive.mkdir()
    with program_with() as program:
        assert program("migrate").code == 0
        url = embedded.url_of(program.home, embedded.SUPERUSER)
        with archiving(url, archive) as has_arrived:
            how = ("--format=plain", "--wal-method=stream", "--checkpoint=fast")
            # It warns about the socket, which the embedded server has in its folder.
            subprocess.run(
                [PROGRAMS / "pg_basebackup", f"--pgdata={base}", *how, f"--dbname={url}"],
                check=True,
                stderr=subprocess.DEVNULL,
            )
            execute(url, "insert into worksights.organizations values ('before', 'Before')")
            moment = rows(url, "select clock_timestamp()")[0][0]
            execute(url, "insert into worksights.organizations values ('after', 'After')")
            (last,) = rows(url, "select pg_walfile_name(pg_switch_wal())")[0]
            wait_until(lambda: has_arrived(last))
        assert rows(url, NAMES) == [("after",), ("before",)]
        with program_with() as there:
            restore(there, base, archive, at=moment)
            restored = embedded.url_of(there.home)
            wait_until(lambda: rows(restored, "select pg_is_in_recovery()") == [(False,)])
            assert rows(restored, NAMES) == [("before",)]
            migrated = there("migrate")
            assert migrated.out == "The database is up to date (0 migrations applied).\n"
