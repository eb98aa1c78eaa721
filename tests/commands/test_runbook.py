"""The SQL of the incidents in docs/SECURITY.md can be run as it is written."""

import re

from integration.database.postgres import connect
from integration.settings import PROJECT
from tests.pipeline.installation import Installation

TEXT = (PROJECT / "docs" / "SECURITY.md").read_text()
INCIDENTS = TEXT.partition("\n## Incidents\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^ +((?:select|delete) [^;]+;)", INCIDENTS, re.MULTILINE)
STATEMENTS = [" ".join(one.split()) for one in BLOCKS]


def test_every_incident_is_read() -> None:
    assert len(STATEMENTS) > 8


def test_every_statement_of_an_incident_can_be_run(installation: Installation) -> None:
    with connect(installation.url) as owner:
        for statement in dict.fromkeys(STATEMENTS):
            owner.execute(statement)
        owner.rollback()
