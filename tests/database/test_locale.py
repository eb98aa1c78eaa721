"""No comparison depends on the database's locale. In Turkish, the lower case of I is another
letter, and few machines have that locale to test with.
"""

import re

from integration.database.postgres import connect
from integration.settings import PROJECT

LOWER = re.compile(r'\blower\((?!.{0,60}collate "C")', re.IGNORECASE | re.DOTALL)


def test_views_lower_case_ascii_letters_only(database_url: str) -> None:
    with connect(database_url) as connection:
        views = connection.execute(
            "select viewname, definition from pg_views where schemaname = 'facts'"
        ).fetchall()
    assert any("lower(" in definition for _, definition in views)
    assert [name for name, definition in views if LOWER.search(definition)] == []


def test_staging_lower_cases_ascii_letters_only() -> None:
    texts = {
        path.name: path.read_text()
        for path in (PROJECT / "dbt_project" / "models" / "staging").rglob("*.sql")
    }
    assert any("lower(" in text for text in texts.values())
    assert [name for name, text in texts.items() if LOWER.search(text)] == []
