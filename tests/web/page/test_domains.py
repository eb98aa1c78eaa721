"""People and domains: each change is previewed, saved, applied by a batch, and undone."""

from collections.abc import Iterator

import pytest

from simulator.world import World
from tests.web.page.batched import Batched, batched_site
from tests.web.page.domains_story import (
    ASKED,
    CHANGE,
    COMPANIES,
    MORE,
    PATH,
    look,
    save,
    settings,
    text_of,
    undo,
)

BEFORE = [
    ("booking.com", "Booking", "guess", 1),
    ("contoso.com", "Contoso", "guess", 1),
    ("fabrikam.co.uk", "Fabrikam", "guess", 1),
    ("fabrikam.com", "Fabrikam", "guess", 1),
]
NOTHING = [[], [], []]


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home"), more=MORE) as batched:
        yield batched


@pytest.fixture
def unchanged(batched: Batched) -> Iterator[Batched]:
    """The settings are empty again after the test."""
    yield batched
    for table in ("domain_overrides", "own_domains", "identity_settings"):
        batched.site.rows(f"delete from integration.{table}")  # noqa: S608 - our own names


def test_changes_are_applied_by_a_batch_keep_the_rebuild_law_and_are_undone(
    unchanged: Batched,
) -> None:
    owner = unchanged.site.visitor("owner")
    assert unchanged.site.rows(COMPANIES) == BEFORE
    pages = [
        save(owner, ASKED[name]) for name in ("rename", "merge", "add_own", "company", "endings")
    ]
    assert "Undo this change" in text_of(pages[0])
    unchanged.batch()
    assert unchanged.site.rows(COMPANIES) == [
        ("booking.com", "Booking", "guess", 1),
        ("fabrikam.com", "Fabrikam & Sons", "override", 2),
        ("gmail.com", "Gmail", "guess", 1),
    ]
    assert unchanged.site.rows(
        "select affiliation from timeline.participants where email = 'carl@contoso.com'"
    ) == [("internal",)]
    assert "Fabrikam & Sons" in look(owner, "/clients")
    lines = unchanged.installation.rebuild(check=True)
    assert {line.partition(": ")[2] for line in lines if ": " in line} == {"no differences"}, lines

    for page in reversed(pages):
        undo(owner, page)
    assert settings(unchanged) == NOTHING
    unchanged.batch()
    assert unchanged.site.rows(COMPANIES) == BEFORE
    changes = look(owner, "/services/zoom/overview/changes")
    for done in (
        "renamed the company: fabrikam.com",
        "undid the change to: fabrikam.com",
        "changed the rule “Allowed endings”",
        "undid the change to the rule “Allowed endings”",
    ):
        assert done in changes


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rename", ["Only the name changes.", "fabrikam.com Fabrikam Fabrikam & Sons"]),
        (
            "merge",
            [
                "1 person moves. This changes 2 companies and 1 meeting.",
                "Fabrikam fabrikam.co.uk Fabrikam fabrikam.com 1 1",
            ],
        ),
        (
            "no_company",
            [
                "1 person moves. This changes 1 company and 1 meeting.",
                "Contoso contoso.com No company 1 1",
            ],
        ),
        (
            "company",
            [
                "gmail.com provides mailboxes to the public. Everyone there will count as one",
                "No company Gmail gmail.com 1 1",
            ],
        ),
        ("add_own", ["Contoso contoso.com Colleagues 1 1"]),
        ("rule", ["No company Gmail gmail.com 1 1"]),
        ("endings", ["No one moves, because no one affected has been in a session yet."]),
    ],
)
def test_a_preview_shows_what_moves_to_who_sees_clients_and_changes_nothing(
    batched: Batched, name: str, shown: list[str]
) -> None:
    """Who may not see whom their colleagues meet could ask about any company here."""
    page = look(batched.site.visitor("executive"), CHANGE, **ASKED[name])
    assert [each for each in shown if each not in page] == []
    page = look(batched.site.visitor("admin"), CHANGE, **ASKED[name])
    assert "Your role cannot see which companies change and how many people move." in page
    assert "person moves" not in page
    assert settings(batched) == NOTHING
    assert (
        batched.site.rows(
            "select written from pipeline.cleaned_texts where written ~ 'contoso|fabrikam'"
        )
        == []
    )


def test_a_name_moves_nobody_whom_a_list_keeps_apart(unchanged: Batched) -> None:
    """An override would move the guests of its relay into the company that runs it."""
    owner = unchanged.site.visitor("owner")
    page = save(owner, {"do": "rename", "domain": "booking.com", "name": "Booking Holdings"})
    unchanged.batch()
    assert ("booking.com", "Booking Holdings", "override", 1) in unchanged.site.rows(COMPANIES)
    undo(owner, page)
    unchanged.batch()
    assert unchanged.site.rows(COMPANIES) == BEFORE


def test_a_company_moves_as_a_whole_and_is_split_again(unchanged: Batched) -> None:
    owner = unchanged.site.visitor("owner")
    save(owner, ASKED["merge"])
    whole = {"do": "merge", "domain": "fabrikam.com", "into": "contoso.com"}
    page = look(owner, CHANGE, **whole)
    assert "2 people move. This changes 2 companies and 2 meetings." in page
    save(owner, whole)
    assert settings(unchanged)[0] == [
        ("fabrikam.co.uk", "contoso.com", None, False),
        ("fabrikam.com", "contoso.com", None, False),
    ]
    page = look(owner, f"{PATH}/company", domain="contoso.com")
    assert "Merged into it fabrikam.co.uk , fabrikam.com" in page
    into_part = {"do": "merge", "domain": "booking.com", "into": "fabrikam.com"}
    assert "fabrikam.com was merged into contoso.com" in look(owner, CHANGE, **into_part)
    save(owner, {"do": "split", "domain": "fabrikam.com"})
    save(owner, {"do": "no_company", "domain": "contoso.com"})
    assert settings(unchanged)[0] == [
        ("contoso.com", None, None, False),
        ("fabrikam.co.uk", None, None, False),
    ]
    save(owner, {"do": "company", "domain": "contoso.com"})
    assert "Contoso guessed Domain contoso.com" in look(
        owner, f"{PATH}/company", domain="contoso.com"
    )


def test_what_was_changed_again_since_cannot_be_undone(unchanged: Batched) -> None:
    owner = unchanged.site.visitor("owner")
    page = save(owner, ASKED["rename"])
    save(owner, {**ASKED["rename"], "name": "Fabrikam Group"})
    entry = unchanged.site.rows("select max(entry_id) - 1 from integration.audit_trail")[0][0]
    answer = owner.post(f"{PATH}/undo", {"entry": str(entry)})
    assert (answer.status_code, "can no longer be undone" in answer.text) == (409, True)
    assert "Undo this change" in text_of(page)
    of_globex = unchanged.site.visitor("owner", "globex")
    assert of_globex.post(f"{PATH}/undo", {"entry": str(entry)}).status_code == 404
    assert owner.post(f"{PATH}/undo", {"entry": "all"}).status_code == 400
    assert unchanged.site.visitor("member").post(
        f"{PATH}/undo", {"entry": str(entry)}
    ).status_code == 403  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"do": "add_own", "domain": "ann@Bücher.de"},
         "Enter only the domain, the part after the @: xn--bcher-kva.de."),
        ({"do": "add_own", "domain": "co.uk"}, "is a public suffix shared by many organizations"),
        ({"do": "add_own", "domain": "*@GMAIL.com."}, "provides mailboxes to the public"),
        ({"do": "add_own", "domain": "intranet"}, "has no dot"),
        ({"do": "add_own", "domain": "acme.example"}, "is already one of your own domains"),
        ({"do": "add_own", "domain": "a b.com"}, "This is not a domain."),
        ({"do": "add_own", "domain": "x" * 321}, "This is too long for a domain."),
        ({"do": "remove_own", "domain": "acme.example"}, "not entered as one of your own domains"),
        ({"do": "merge", "domain": "contoso.com", "into": "gmail.com"},
         "gmail.com is not a company because it provides mailboxes"),
        ({"do": "merge", "domain": "gmail.com", "into": "contoso.com"},
         "its people do not belong to one company"),
        ({"do": "merge", "domain": "contoso.com", "into": "acme.example"},
         "Add contoso.com to your own domains instead."),
        ({"do": "merge", "domain": "contoso.com", "into": "www.CONTOSO.com"},
         "are already one company"),
        ({"do": "rename", "domain": "contoso.com", "name": "..."}, "at least one letter"),
        ({"do": "rename", "domain": "contoso.com", "name": "é" * 201}, "Enter a shorter name."),
        ({"do": "rename", "domain": "gmail.com", "name": "G"}, "is not a company"),
        ({"do": "no_company", "domain": "gmail.com"}, "is already marked as not a company"),
        ({"do": "company", "domain": "co.uk"}, "Anyone can register a domain under co.uk"),
        ({"do": "split", "domain": "contoso.com"}, "was not merged into another company"),
        ({"do": "rule", "rule": "free_mail", "value": "on"}, "already the current choice"),
        ({"do": "rule", "rule": "no_rule", "value": "off"}, "Choose a rule"),
        ({"do": "endings", "value": "corp com"}, "“com” cannot be chosen."),
        ({"do": "drop", "table": "own_domains", "key": "acme.com"}, "no longer exists"),
    ],
    ids=lambda value: "-".join(value.values())[:40] if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_wrong_value_keeps_the_form_and_says_what_is_wrong(
    batched: Batched, asked: dict[str, str], wrong: str
) -> None:
    admin = batched.site.visitor("admin")
    typed = asked.get("into") or asked.get("name") or asked.get("value") or asked.get("domain")
    for answer in (admin.get(CHANGE, params=asked), admin.post(CHANGE, asked)):
        assert (answer.status_code, wrong in text_of(answer.text)) == (400, True), answer.text
        if asked["do"] in ("add_own", "merge", "endings") and wrong != (
            "its people do not belong to one company"
        ):
            assert f'value="{typed}"' in answer.text
            assert 'aria-invalid="true"' in answer.text
    assert settings(batched) == NOTHING


def test_what_sql_wrote_without_effect_is_listed_and_can_be_removed(unchanged: Batched) -> None:
    for statement in (
        "insert into integration.own_domains values ('acme', 'not a domain'), "
        "('acme', 'gmail.com'), ('acme', '@Contoso.com')",
        "insert into integration.domain_overrides values ('acme', 'fabrikam.com', '??', 'F')",
        "insert into integration.identity_settings values ('acme', 'free_mial', 'off')",
    ):
        unchanged.site.rows(statement)
    owner = unchanged.site.visitor("owner")
    page = look(owner, PATH)
    assert "gmail.com No effect It provides mailboxes to the public." in page
    assert "contoso.com Entered Remove…" in page
    for shown in ("not a domain Own domain", "fabrikam.com Domain of a company", "free_mial Rule"):
        assert shown in page
    assert "Open People and domains" in look(owner, "/services/zoom/overview")
    for asked in (
        {"do": "drop", "table": "own_domains", "key": "not a domain"},
        {"do": "drop", "table": "domain_overrides", "key": "fabrikam.com"},
        {"do": "drop", "table": "identity_settings", "key": "free_mial"},
        {"do": "remove_own", "domain": "gmail.com"},
        {"do": "remove_own", "domain": "contoso.com"},
    ):
        save(owner, asked)
    assert settings(unchanged) == NOTHING


def test_a_company_is_found_by_who_sees_clients_and_opened_by_its_domain(batched: Batched) -> None:
    owner, admin = (batched.site.visitor(role) for role in ("owner", "admin"))
    assert "Fabrikam fabrikam.com guessed 1 Edit Fabrikam" in look(
        owner, f"{PATH}/companies", q="FABRIKAM"
    )
    page = look(admin, f"{PATH}/companies", q="fabrikam.com")
    assert "Your role cannot see which companies your people meet." in page
    assert "Open the domain fabrikam.com" in page
    assert "Clients" not in look(admin, f"{PATH}/company", domain="fabrikam.com")
    answer = owner.get(f"{PATH}/company", params={"domain": "fabri kam"})
    assert (answer.status_code, 'value="fabri kam"' in answer.text) == (400, True)
    of_globex = look(batched.site.visitor("owner", "globex"), f"{PATH}/companies", q="fabrikam")
    assert "No company that you have met" in of_globex
