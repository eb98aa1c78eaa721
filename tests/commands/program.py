"""The program as a shell starts it: a process with a home and settings of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from dotenv import dotenv_values
from psycopg.conninfo import make_conninfo

from integration.database.postgres import OWN_URLS
from integration.settings import PROJECT
from simulator.company import Company
from simulator.wire import iso
from tests.commands.warm import is_the_same_start, run_forked
from tests.databases import share_what_dbt_parsed
from tests.memory import in_memory
from tests.patience import PATIENCE
from tests.pipeline.installation import ENCRYPTION_KEY

WORKSIGHTS_ZOOM = str(Path(sys.executable).parent / "worksights-zoom")
# An empty value counts as not set and overrides a developer's own .env.
NOTHING_SET = dict.fromkeys(dotenv_values(PROJECT / ".env.example"), "")

CLIENT = ("client-of-the-tests", "client-secret-of-the-tests")
WEBHOOK_SECRET = "webhook-secret-of-the-tests"
APP_SETTINGS = {
    "ZOOM_CLIENT_ID": CLIENT[0],
    "ZOOM_CLIENT_SECRET": CLIENT[1],
    "ZOOM_WEBHOOK_SECRET_TOKEN": WEBHOOK_SECRET,
    "ENCRYPTION_KEY": ENCRYPTION_KEY,
    "SESSION_KEY": "session-key-of-the-tests",
    "PUBLIC_URL": "http://127.0.0.1:8080",
}


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def is_a_plain_refusal(self) -> bool:
        """It failed with a sentence, not with a traceback."""
        return self.code != 0 and "Error: " in self.err and "Traceback" not in self.text


@dataclass(frozen=True)
class Program:
    """`settings` apply to every call; an argument that is None unsets one for that call, and with
    another DATABASE_URL, no process has an address of its own. It runs as the user and group
    `user`; None is the account that runs the tests.
    """

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    user: int | None = None

    def environment(self, **changes: str | None) -> dict[str, str]:
        elsewhere = dict.fromkeys(OWN_URLS.values()) if "DATABASE_URL" in changes else {}
        wanted = {
            **self.settings, **elsewhere, **changes, "WORKSIGHTS_ZOOM_HOME": str(self.home),
        }  # fmt: skip
        return {**os.environ, **NOTHING_SET, **{k: v or "" for k, v in wanted.items()}}

    def __call__(self, *arguments: str, **settings: str | None) -> Answer:
        """Runs it to its end. Where Python would start as it has started here, the start is spared
        (warm.py).
        """
        environment = self.environment(**settings)
        if self.user is None and is_the_same_start(environment):
            command = (WORKSIGHTS_ZOOM, *arguments)
            return Answer(*run_forked(command, environment=environment, timeout=PATIENCE))
        with self.start(*arguments, **settings) as process:
            try:
                out, err = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Answer(process.returncode, out, err)

    def start(self, *arguments: str, **settings: str | None) -> subprocess.Popen[str]:
        """The running process, the leader of its own group, like a job of a shell."""
        return subprocess.Popen(
            [WORKSIGHTS_ZOOM, *arguments],
            env=self.environment(**settings),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            cwd=None if self.user is None else self.home,
        )


@contextmanager
def program_with(**settings: str) -> Iterator[Program]:
    """The program with these settings; an embedded database it started is stopped at the end."""
    # Not in pytest's folder: a second run on this machine closes it to the server's user.
    folder = TemporaryDirectory(prefix="worksights-", dir=in_memory(), ignore_cleanup_errors=True)
    with folder as home:
        if "DATABASE_URL" in settings:  # not the embedded one, which is deleted with this home
            share_what_dbt_parsed(Path(home))
        program = Program(Path(home), settings)
        try:
            yield program
        finally:
            if (Path(home) / "postgres").exists():
                program("stop", DATABASE_URL=None)


def rows(url: str, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(make_conninfo(url, options="-c timezone=UTC")) as connection:
        return connection.execute(query, parameters).fetchall()


def execute(url: str, statement: str, parameters: dict[str, Any] | None = None) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement, parameters)


def directory_file(folder: Path, company: Company) -> Path:
    """The WorkSights users of a simulated company, as a file; their user ids are their emails."""
    lines = ["email,full_name,role,time_zone,user_id,created_at"]
    lines += [
        f"{c.email},{c.full_name},{c.role},{c.time_zone},{c.email},{iso(c.created_at)}"
        for c in company.colleagues
    ]
    file = folder / "directory.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
