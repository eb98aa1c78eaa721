"""Of what Zoom sends, only fields that something reads are stored (contract, 5.1)."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment
from psycopg.types.json import Jsonb

from integration.database.postgres import connect
from tests.databases import apply_migrations, new_database
from tests.zoom.every_field import all_kept_fields

ROOT = Path(__file__).parents[2]
READ = re.compile(r"fields\s*->>\s*'(\w+)'")
# A redaction or a reduction writes these fields itself.
NOT_FROM_ZOOM = {
    "erased_callee", "caller_affiliation", "callee_affiliation", "caller_phone_digest",
    "callee_phone_digest",
}  # fmt: skip
DEFINITIONS = """
select pg_get_viewdef(oid) from pg_class where relkind in ('v', 'm')
    and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
union all
select prosrc from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
"""


def in_models() -> Iterator[str]:
    """The texts of dbt's models, with their loops written out."""
    texts = [path.read_text() for path in sorted((ROOT / "dbt_project/models").rglob("*.sql"))]
    for text in (text for text in texts if "fields" in text and "->>" in text):
        template = Environment(autoescape=False).from_string(text)  # noqa: S701 - this is SQL
        yield template.render(source=lambda *names: ".".join(names), ref=str, config=lambda **_: "")


def in_python(*, without: str = "") -> Iterator[str]:
    """The texts of the modules, except migrations and one package."""
    for path in sorted((ROOT / "integration").rglob("*.py")):
        if not {"migrations", without} & {*path.relative_to(ROOT).parts}:
            yield path.read_text()


def in_database(url: str) -> list[str]:
    """The definitions of the views and functions that migrations create."""
    with connect(url) as owner:
        return [text for (text,) in owner.execute(DEFINITIONS)]


def fields_in(texts: Iterable[str]) -> set[str]:
    return {field for text in texts for field in READ.findall(text.replace("::text", ""))}


def test_every_field_that_is_kept_is_read_and_not_only_to_erase_it(database_url: str) -> None:
    texts = [*in_models(), *in_database(database_url), *in_python(without="privacy")]
    assert {field for field, _ in all_kept_fields()} - fields_in(texts) == set()


def test_every_field_that_is_read_is_kept(database_url: str) -> None:
    read = fields_in([*in_models(), *in_database(database_url), *in_python()])
    assert read - {field for field, _ in all_kept_fields()} == NOT_FROM_ZOOM


STORED = [
    (
        "phone.caller_call_log_completed",
        {"call_id": "7", "direction": "outbound", "result": "No Answer", "result_reason": "busy"},
        {"call_id": "7", "result": "No Answer"},
    ),
    ("phone.caller_ended", {"call_id": "8", "hangup_result": "x"}, {"call_id": "8"}),
    ("user.updated", {"zoom_user_id": "z", "user_type": "2"}, {"zoom_user_id": "z"}),
    ("meeting.ended", {"type": "2"}, {"type": "2"}),
]


def test_a_migration_deletes_unread_fields_that_were_stored_before(server_url: str) -> None:
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to="0003")
        with connect(url, at_any_schema=True) as owner:
            for number, (event, fields, _) in enumerate(STORED):
                owner.execute(
                    "insert into zoom_raw.events values "
                    "('acme', %s, null, 'a', %s, 7, now(), now(), %s)",
                    [str(number), event, Jsonb(fields)],
                )
        apply_migrations(url, to="0004")
        with connect(url, at_any_schema=True) as owner:
            found = owner.execute("select event, fields, batch from zoom_raw.events order by 1")
            assert sorted(found, key=str) == sorted(
                ((event, kept, 7) for event, _, kept in STORED), key=str
            )
            columns = owner.execute("select * from zoom_raw.users").description or []
            assert {"user_type", "zoom_created_at"}.isdisjoint(each.name for each in columns)
