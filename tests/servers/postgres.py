"""PostgreSQL as customers run it: each version, over TCP with TLS and a password, and with an owner
who is not a superuser. `make servers` fetches the programs.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from integration.settings import PROJECT
from tests.servers.certificates import write_certificates

FETCHED = PROJECT / ".servers"
VERSIONS = ("16", "17", "18")
OLD = "15"
# Postgres refuses to run as root.
NOBODY = "nobody" if os.geteuid() == 0 else None

OWNER, PASSWORD, DATABASE = "the owner", "p@ss w#rd/100%", "work sights 100%"


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int
    password: str = PASSWORD

    @property
    def authority(self) -> Path:
        """The certificate of the authority that signed the server's certificate."""
        return self.folder / "authority.crt"

    def url(
        self, *, scheme: str = "postgresql", user: str = OWNER, database: str = DATABASE
    ) -> str:
        login = f"{quote(user, safe='')}:{quote(PASSWORD, safe='')}"
        place = f"localhost:{self.port}/{quote(database, safe='')}"
        tls = f"sslmode=verify-full&sslrootcert={quote(str(self.authority))}"
        return f"{scheme}://{login}@{place}?{tls}"

    def execute(self, *statements: SQL, database: str = "postgres") -> None:
        """As the superuser, which customers of managed servers do not get."""
        url = self.url(user="superuser", database=database)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def is_fetched(version: str) -> bool:
    return (FETCHED / version / "native" / "bin" / "postgres").exists()


@contextmanager
def running(version: str, *, locale: tuple[str, ...] = ("--locale=C.UTF-8",)) -> Iterator[Server]:
    """A server of this version, with an empty database of an owner who is not a superuser."""
    with TemporaryDirectory(prefix="worksights-server-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        programs = _programs(version, folder)
        server = Server(folder, _free_port())
        (folder / "password").write_text(PASSWORD)
        write_certificates(folder)
        _give_to_nobody(folder)
        data = str(folder / "data")
        password = f"--pwfile={folder / 'password'}"
        how = ("--auth=scram-sha-256", "--encoding=utf8", *locale, password)
        _run(programs / "initdb", "-D", data, "-U", "superuser", *how)
        _configure(server)
        _run(programs / "pg_ctl", "-D", data, "-l", str(folder / "log"), "-w", "-t", "120", "start")
        try:
            server.execute(
                SQL("create role {} login createrole password {}").format(
                    Identifier(OWNER), Literal(PASSWORD)
                ),
                SQL("create database {} owner {}").format(Identifier(DATABASE), Identifier(OWNER)),
            )
            yield server
        finally:
            _run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _programs(version: str, folder: Path) -> Path:
    """A copy that every user can read, with the links that the package lacks."""
    copy = shutil.copytree(FETCHED / version / "native", folder / "native")
    for link in json.loads((copy / "pg-symlinks.json").read_text()):
        place = folder / link["target"]
        place.unlink(missing_ok=True)
        place.symlink_to(folder / link["source"])
    for program in (copy / "bin").iterdir():
        program.chmod(0o755)
    return copy / "bin"


def _configure(server: Server) -> None:
    wanted = {
        "listen_addresses": "127.0.0.1",
        "port": str(server.port),
        "unix_socket_directories": str(server.folder),
        "ssl": "on",
        "ssl_cert_file": str(server.folder / "server.crt"),
        "ssl_key_file": str(server.folder / "server.key"),
        "fsync": "off",
    }
    with (server.folder / "data" / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in wanted.items())
    (server.folder / "data" / "pg_hba.conf").write_text(
        "hostssl all all 127.0.0.1/32 scram-sha-256\n"
    )


def _give_to_nobody(folder: Path) -> None:
    if NOBODY:
        for path in (folder, *(folder / name for name in ("server.key", "server.crt", "password"))):
            shutil.chown(path, NOBODY)


def _run(program: Path, *arguments: str) -> None:
    done = subprocess.run(
        [program, *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        # No pipe: a server that is started would keep it open.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=NOBODY,
        cwd="/",
    )
    assert done.returncode == 0, [program.name, *arguments]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
