"""Rolling back, as docs/operations/upgrade.md says: deliveries that arrived after the backup are
copied to the restored database, and a batch of the release before lands them.
"""

import subprocess
from pathlib import Path

from integration.database.schema_version import comment_of
from integration.settings import PROJECT
from tests.commands.another_server import PROGRAMS
from tests.commands.program import APP_SETTINGS, execute, program_with, rows
from tests.databases import new_database
from tests.pipeline.installation import template_with_tables
from tests.upgrade.next_release import REVISION

DOCUMENT = PROJECT / "docs" / "operations" / "upgrade.md"
DELIVER = """
    set role receiver;
    insert into ingress.deliveries (event, disposition, body, body_size, body_sha256)
    select 'meeting.ended', 'waiting', convert_to('{"event": "meeting.ended"}', 'UTF8'), 26, number
    from generate_series(1, 20) as number;
"""
COUNTED = """
    select disposition = 'waiting', event, count(*) from ingress.deliveries group by 1, 2
"""


def commands() -> list[str]:
    lines = [line.strip() for line in DOCUMENT.read_text().splitlines()]
    return [line for line in lines if line.startswith("psql ")]


def test_deliveries_since_the_backup_are_saved(server_url: str, tmp_path: Path) -> None:
    template = template_with_tables(server_url)
    with (
        new_database(server_url, template=template) as upgraded,
        new_database(server_url, template=template) as restored,
    ):
        execute(upgraded, comment_of(REVISION))
        execute(upgraded, DELIVER)
        assert len(commands()) == 2
        for command in commands():
            subprocess.run(
                ["bash", "-c", command],
                env={
                    "PATH": f"{PROGRAMS}:/bin:/usr/bin",
                    "UPGRADED": upgraded,
                    "RESTORED": restored,
                },
                cwd=tmp_path,
                check=True,
                capture_output=True,
            )
        with program_with(**APP_SETTINGS, DATABASE_URL=restored) as program:
            answer = program("batch")
            assert answer.code == 0, answer.text[-1000:]
        assert rows(restored, COUNTED) == [(False, "meeting.ended", 20)]
