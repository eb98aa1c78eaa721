"""Try an address: each step, the rule that decides, and nothing stored."""

from collections.abc import Iterator

import pytest

from simulator.world import World
from tests.web.page.batched import Batched, batched_site
from tests.web.page.domains_story import PATH, text_of

TRY = f"{PATH}/try"


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home")) as batched:
        batched.site.rows(
            "insert into integration.domain_overrides (organization_id, domain, company_domain) "
            "values ('acme', 'kontor.de', 'hafen.de'), ('acme', 'list.org', null)"
        )
        batched.site.rows(
            "insert into integration.exclusions (organization_id, email_or_domain, level) "
            "values ('acme', 'union.org', 'never_store'), ('acme', 'doc@praxis.de', 'hide')"
        )
        yield batched


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("Ann <Ann+zoom@Wide-World.com>", ("A person at Wide World.",
                                          "ann@wide-world.com. All spellings of this address",
                                          "wide-world.com), a name that is guessed")),
        ("info@wide-world.com", ("A shared address at Wide World.",)),
        ("fred@fireflies.ai", ("A notetaker bot without a company.",)),
        ("no-reply@wide-world.com", ("An automated address without a company.",
                                     "Is it an automated sender? "
                                     "Yes. It is an automated address. This settles it.")),
        ("member@acme.example", ("A colleague, who is never a client.",
                                 "the email of one of your WorkSights users? Yes.")),
        ("new@acme.example", ("Is it at one of your own domains? Yes.",)),
        ("jo@gmail.com", ("A person without a company.",
                          "provide mailboxes to the public? Yes.")),
        ("jo@mail.kontor.de", ("A person at Hafen.", "Hafen (hafen.de)", "set for kontor.de")),
        ("jo@list.org", ("A person without a company.", "that this domain is not a company")),
        ("jo@sub.union.org", ("They are never stored", "union.org : never stored")),
        ("Doc@praxis.de", ("They are hidden", "doc@praxis.de : hidden")),
        ("jo@xn--bcher-kva.de", ("bücher.de (xn--bcher-kva.de)",)),
        ("a@b.com, c@d.com", ("This is not an email address. It is more than one address.",)),
        ("nobody", ("This is not an email address. An address has an @.",)),
        ("", ("Enter an address such as ann@acme.com.",)),
        ("x" * 1001, ("Enter a shorter text.",)),
    ],
)  # fmt: skip
def test_an_address_is_explained_step_by_step(
    batched: Batched, address: str, shown: tuple[str, ...]
) -> None:
    answer = batched.site.visitor("admin").post(TRY, {"address": address})
    assert answer.status_code == (400 if address in ("", "x" * 1001) else 200)
    page = text_of(answer.text)
    for each in shown:
        assert each in page


def test_an_address_that_was_tried_is_not_stored(batched: Batched) -> None:
    columns = batched.site.rows(
        "select table_schema, table_name, column_name from information_schema.columns "
        "inner join information_schema.tables using (table_schema, table_name) "
        "where table_type = 'BASE TABLE' and data_type in ('text', 'jsonb') "
        "and table_schema !~ '^(pg_|information_schema|dagster)'"
    )
    batched.site.visitor("admin").post(TRY, {"address": "trial.person@wide-world.com"})
    for schema, table, column in columns:
        found = batched.site.rows(
            f"select count(*) from {schema}.{table} "  # noqa: S608 - names of the catalog
            f'where "{column}"::text like %s',
            "%trial.person%",
        )
        assert (schema, table, column, found) == (schema, table, column, [(0,)])


def test_only_who_changes_settings_may_try(batched: Batched) -> None:
    for role in ("manager", "member"):
        assert batched.site.visitor(role).post(TRY, {"address": "a@b.com"}).status_code == 403
