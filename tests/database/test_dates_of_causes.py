"""A cause that was noticed before its date was stored without a language has that date still."""

from psycopg.types.json import Jsonb

from integration.database.postgres import connect
from tests.databases import apply_migrations, new_database

NOTICED = """
    insert into integration.causes (organization_id, cause, subject, facts, since, noticed_at)
    values ('acme', %s, 'c1', %s, now(), now())
"""


def test_a_date_in_words_becomes_a_date(server_url: str) -> None:
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to="0022")
        with connect(url, at_any_schema=True) as owner:
            owner.execute(NOTICED, ["app_removed", Jsonb({"account": "A", "due": "3 March 2026"})])
            owner.execute(NOTICED, ["import_failing", Jsonb({"account": "A"})])
        apply_migrations(url, to="0023")
        with connect(url, at_any_schema=True) as owner:
            assert owner.execute(
                "select cause, facts from integration.causes order by 1"
            ).fetchall() == [
                ("app_removed", {"account": "A", "due": "2026-03-03"}),
                ("import_failing", {"account": "A"}),
            ]
