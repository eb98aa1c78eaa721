"""Readiness while the disk of the deliveries is full: a small one, made for the test."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.databases import superuser_of
from tests.patience import wait_until

# Long enough to need a page of its own.
BODY = b'{"event":"meeting.started","payload":{"account_id":"acc-1","padding":"%b"}}'

MONTHS = """
    select inhrelid::regclass::text from pg_inherits
    where inhparent = 'ingress.deliveries'::regclass
"""


@dataclass(frozen=True)
class Disk:
    """A disk of 2 MB with the deliveries."""

    folder: Path

    def fill(self) -> None:
        with (self.folder / "filler").open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 4096):
                    pass
            except OSError:
                return

    def free(self) -> None:
        (self.folder / "filler").unlink()


@pytest.fixture
def disk(database_url: str) -> Iterator[Disk]:
    with TemporaryDirectory(prefix="worksights-disk-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", name]
        if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("only root can make a small disk, and not in every container")
        try:
            with superuser_of(database_url, autocommit=True) as superuser:
                (data,) = superuser.execute("show data_directory").fetchone()
                owner = Path(data).stat()
                (folder / "space").mkdir(mode=0o700)
                os.chown(folder / "space", owner.st_uid, owner.st_gid)
                superuser.execute(f"create tablespace small location '{folder}/space'")
                for (month,) in superuser.execute(MONTHS).fetchall():
                    superuser.execute(f"alter table {month} set tablespace small")
                try:
                    yield Disk(folder)
                finally:
                    superuser.execute("drop table ingress.deliveries cascade")
                    superuser.execute("drop tablespace small")
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def deliver(receiver: Any) -> int:
    """The status of a delivery whose body cannot be compressed."""
    return receiver.post(BODY % os.urandom(6000).hex().encode()).status_code


def test_readyz_is_503_while_the_disk_is_full_and_200_as_soon_as_it_is_not(
    receiver: Any, disk: Disk
) -> None:
    """Also without further deliveries: a load balancer sends none to a receiver that is not ready.
    It said ready after a minute without one, and got the next delivery in vain.
    """
    assert (deliver(receiver), receiver.get("/readyz").status_code) == (204, 200)
    disk.fill()
    wait_until(lambda: deliver(receiver) == 503)
    assert [receiver.get("/readyz").status_code for _ in range(3)] == [503] * 3
    disk.free()
    wait_until(lambda: receiver.get("/readyz").status_code == 200)
    assert deliver(receiver) == 204


def test_a_receiver_that_starts_with_a_full_disk_is_not_ready(
    start_receiver: Callable[[str], Any], database_url: str, disk: Disk
) -> None:
    """Before it has got a delivery."""
    disk.fill()
    receiver = start_receiver(database_url)
    wait_until(lambda: receiver.get("/healthz").status_code == 200)
    wait_until(lambda: "Deliveries cannot be stored" in receiver.get("/readyz").text)
    disk.free()
    wait_until(lambda: receiver.get("/readyz").status_code == 200)
    assert receiver.deliveries("event") == []  # nothing is left of its attempts
