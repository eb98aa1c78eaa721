"""A backup made with pg_dump is restored on another server, as docs/operations/backup.md says."""

from pathlib import Path

import psycopg
from psycopg import sql

from tests.commands.another_server import another_server, run
from tests.commands.program import APP_SETTINGS, Program, program_with, rows
from tests.faults.story import GOOD
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.processes.processes import free_port, serving
from tests.web.page.site import Visitor

PIPELINE_OWNS = """
    select nspname from pg_namespace where pg_get_userbyid(nspowner) = 'pipeline' order by nspname
"""
TABLES = """
    select nspname, relname from pg_class
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and nspname !~ '^(pg_|information_schema)'
"""
DIGEST = "select md5(string_agg(t::text, ' ' order by t::text)) from {} as t"


def contents(url: str) -> dict[tuple[str, str], str | None]:
    """Each table of the database -> the digest of its rows, None if it has none."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(TABLES).fetchall()
        return {
            table: connection.execute(sql.SQL(DIGEST).format(sql.Identifier(*table))).fetchall()[0][
                0
            ]
            for table in tables
        }


def shows_a_page(there: Program, email: str) -> bool:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    link = there("sign-in-link", "--user", email, PUBLIC_URL=site)
    assert link.code == 0, link.err
    with serving(there, port=port, only="page"):
        visitor = Visitor(site)
        with visitor.http:
            signed_in = visitor.sign_in(link.out.strip())
            return visitor.follow(signed_in.headers["location"]).status_code == 200


def test_a_backup_is_restored_after_the_logins_are_created(
    morning: Installation, tmp_path: Path
) -> None:
    backup = str(tmp_path / "backup")
    run("pg_dump", "--format=custom", f"--file={backup}", f"--dbname={morning.url}")
    settings = {**APP_SETTINGS, "TOMBSTONE_KEY": TOMBSTONE_KEY}
    with another_server() as url, program_with(**settings, DATABASE_URL=url) as there:
        created = there("create-logins")
        assert created.code == 0, created.err[-1000:]
        run("pg_restore", "--exit-on-error", f"--dbname={url}", backup)
        before = contents(morning.url)
        assert len([digest for digest in before.values() if digest]) > 50
        assert contents(url) == before
        assert rows(url, PIPELINE_OWNS) == rows(morning.url, PIPELINE_OWNS)
        migrated = there("migrate")
        assert migrated.out == "The database is up to date (0 migrations applied).\n", migrated.err
        checked = there("rebuild", "--check")
        assert checked.code == 0, checked.text[-1000:]
        derived = [line for line in checked.out.splitlines() if ": " in line]
        assert len(derived) > 30
        assert {line.partition(": ")[2] for line in derived} == {"no differences"}
        assert shows_a_page(there, f"ben@{GOOD}.example")
        assert there("batch").code == 0
