"""Search over people, companies and topics: each role finds what it may open, and nothing else."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest

from integration.web.search import sessions
from tests.web.page.site import LONG_AGO, ROLES, Site, Visitor, user_id_of
from tests.web.page.story import PARALLEL
from tests.web.page.zoom_users import words

NUMBER = "852 1234 5678"


@pytest.fixture(scope="module")
def found_site(story: Site) -> Iterator[Site]:
    """The story, whose sessions are as old as it is, with a user whose name has accents; the
    Member reports to the Manager.
    """
    story.rows(
        "insert into worksights.users (user_id, organization_id, email, full_name, role, "
        "time_zone, created_at, deactivated_at) values ('acme-jose', 'acme', "
        "'jn_100%%@acme.example', 'José Łukasz Ångström', 'member', 'UTC', %s, now())",
        LONG_AGO,
    )
    report = "update worksights.users set manager_user_id = %s where user_id = %s"
    story.rows(report, user_id_of("manager"), user_id_of("member"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "TOPIC_DAYS", 10_000)
        yield story
    story.rows(report, None, user_id_of("member"))
    story.rows("delete from worksights.users where user_id = 'acme-jose'")


@pytest.fixture(scope="module")
def visitors(found_site: Site) -> dict[str, Visitor]:
    return {role: found_site.visitor(role) for role in ROLES}


def page_of(visitor: Visitor, text: str) -> str:
    answer = visitor.get(f"/search?q={quote(text)}")
    assert answer.status_code == 200
    return unescape(answer.text)


def found(visitor: Visitor, text: str) -> dict[str, dict[str, str]]:
    """Group -> name -> address."""
    groups = re.findall(
        r'<h2 id="(\w+)">.*?<ul class="choices results">(.*?)</ul>',
        page_of(visitor, text), re.DOTALL,
    )  # fmt: skip
    result = re.compile(r'<a href="([^"]*)"><strong><bdi>(.*?)</bdi>')
    return {group: {name: path for path, name in result.findall(text)} for group, text in groups}


def names(visitor: Visitor, text: str) -> dict[str, list[str]]:
    return {group: [*of_it] for group, of_it in found(visitor, text).items()}


def test_an_executive_finds_colleagues_clients_and_topics_which_lead_to_their_pages(
    visitors: dict[str, Visitor],
) -> None:
    executive = visitors["executive"]
    assert names(executive, "client-one") == {
        "people": ["Cleo Client", "Dan Dunn"], "companies": ["Client One"],
    }  # fmt: skip
    assert found(executive, "member of")["colleagues"] == {
        "Member of Acme": f"/timeline/{user_id_of('member')}"
    }
    groups = {**found(executive, "opening"), **found(executive, "client-one")}
    assert groups["sessions"] == {
        "Opening": f"/missing?meeting=85212345678&from={PARALLEL}&to={PARALLEL}"
    }
    for of_it in groups.values():
        for path in of_it.values():
            assert executive.get(path).status_code == 200


def test_ones_own_sessions_lead_to_ones_own_day(visitors: dict[str, Visitor]) -> None:
    mine = {"sessions": {"Opening": f"/timeline?day={PARALLEL}"}}
    assert found(visitors["member"], "opening") == mine
    assert found(visitors["executive"], "salary")["sessions"] == {
        "Salary round": f"/timeline?day={PARALLEL}"
    }


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("owner", "salary", {"sessions": ["Salary round"]}),
        ("admin", "salary", {"sessions": ["Salary round"]}),  # took part
        ("admin", "side talk", {}),
        ("admin", "member", {"colleagues": ["Member of Acme"]}),
        ("admin", "cleo", {}),
        ("admin", "client-one", {}),
        ("technical_admin", "member", {}),
        ("technical_admin", "opening", {}),
        ("technical_admin", "cleo", {}),
        ("manager", "of acme", {"colleagues": ["Manager of Acme", "Member of Acme"]}),
        ("manager", "side talk", {"sessions": ["Side talk"]}),  # of a report
        ("manager", "salary", {}),
        ("manager", "cleo", {}),
        ("member", "manager", {}),
        ("member", "side talk", {"sessions": ["Side talk"]}),
        ("member", "salary", {}),
        ("member", "cleo", {}),
        ("executive", "globe", {}),
        ("executive", "secret of globex", {}),
        ("executive", "shy sheldon", {}),  # excluded
        ("executive", "fireflies", {}),  # a bot
        ("executive", "secret plan", {}),  # has not ended
    ],
)
def test_each_role_finds_what_it_may_open_and_nothing_else(
    visitors: dict[str, Visitor], role: str, text: str, expected: dict[str, list[str]]
) -> None:
    assert names(visitors[role], text) == expected
    if not expected:
        assert f"Nothing found for “{text}”" in page_of(visitors[role], text)


def test_an_admin_comes_from_a_colleague_to_their_outcomes_without_topics(
    visitors: dict[str, Visitor],
) -> None:
    assert found(visitors["admin"], "member of acme")["colleagues"] == {
        "Member of Acme": "/missing?person=member%40acme.example"
    }


def test_topics_of_others_are_found_only_as_the_setting_allows(
    found_site: Site, visitors: dict[str, Visitor]
) -> None:
    try:
        found_site.rows(
            "insert into integration.privacy_settings (organization_id, name, value) "
            "values ('acme', 'topics', 'participants')"
        )
        assert names(visitors["executive"], "opening") == {}
        assert names(visitors["manager"], "side talk") == {}
        assert names(visitors["executive"], "salary") == {"sessions": ["Salary round"]}
    finally:
        found_site.rows("delete from integration.privacy_settings where organization_id = 'acme'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jose", 1), ("JOSÉ", 1), ("angstrom lukasz", 1), ("ÅNGSTRÖM José", 1),
        ("os uka", 1), ("jose member", 0), ("n_1", 1), ("100%", 1), ("j%e", 0), ("j_se", 0),
        ("jn_100%@acme.example", 1), ("JN_100%@ACME.example", 1),
    ],
)  # fmt: skip
def test_words_are_found_in_any_order_and_whatever_their_case_and_accents(
    visitors: dict[str, Visitor], text: str, expected: int
) -> None:
    assert len(names(visitors["executive"], text).get("colleagues", [])) == expected


def test_a_complete_email_finds_exactly_one(visitors: dict[str, Visitor]) -> None:
    executive = visitors["executive"]
    assert names(executive, "Admin@Acme.example") == {"colleagues": ["Admin of Acme"]}
    assert names(executive, "admin@acme.exampl")["colleagues"] == [
        "Admin of Acme", "Technical Admin of Acme",
    ]  # fmt: skip
    assert names(executive, "CLEO@client-one.com") == {"people": ["Cleo Client"]}


@pytest.mark.parametrize(
    ("role", "until"),
    [("executive", "2026-10-24"), ("member", "2026-10-25"), ("technical_admin", "")],
)
def test_a_meeting_number_leads_to_missing_at_its_latest_session(
    visitors: dict[str, Visitor], role: str, until: str
) -> None:
    """In one's own time zone; up to today for somebody who was in none."""
    answer = visitors[role].get(f"/search?q={quote(NUMBER)}")
    path = answer.headers["location"]
    assert answer.status_code == 303
    assert path.startswith("/missing?meeting=85212345678&from=")
    assert visitors[role].get(path).status_code == 200
    assert path.endswith(until)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000, "'; drop table worksights.users; --", '"', "\\", "%", "_", "\0", "a\0b",
        "\u202eabc", "שלום", "😀", "\u0301", "\u200b", "<script>", "@", "a@", "1" * 400, "\n\t",
        "{patterns}", "%s %(limit)s",
    ],
)  # fmt: skip
def test_no_text_breaks_the_page(visitors: dict[str, Visitor], text: str) -> None:
    answer = visitors["executive"].get(f"/search?q={quote(text)}")
    assert (answer.status_code, "<script>;" in answer.text) == (200, False)
    assert visitors["executive"].get(f"/timeline?find={quote(text)}").status_code in (200, 303)


def test_bytes_that_are_no_text_do_not_break_the_page(visitors: dict[str, Visitor]) -> None:
    assert visitors["executive"].get("/search?q=%ff%fe&q=%00").status_code == 200


def test_without_text_the_page_has_the_field_and_examples(visitors: dict[str, Visitor]) -> None:
    page = words(page_of(visitors["executive"], ""))
    assert "Searches colleagues, people at clients, companies, and topics of sessions" in page
    assert "A complete email" in page
    page = words(page_of(visitors["member"], " "))
    assert "Searches topics of your own sessions" in page
    assert "A complete email" not in page


def test_every_page_has_the_field(visitors: dict[str, Visitor], found_site: Site) -> None:
    for path in ("/account", "/clients", "/missing", "/timeline/nobody"):
        assert '<form class="find" method="get" action="/search"' in (
            visitors["executive"].get(path).text
        )
    assert 'action="/search"' not in found_site.stranger().get("/sign-in").text


def test_more_than_ten_lead_to_the_list_of_all(
    found_site: Site, visitors: dict[str, Visitor]
) -> None:
    found_site.rows(
        "insert into worksights.users (user_id, organization_id, email, full_name, role, "
        "time_zone, created_at) select 'acme-twin-' || number, 'acme', number || '@twins.example', "
        "'Twin ' || number, 'member', 'UTC', now() from generate_series(1, 11) as number"
    )
    try:
        assert len(names(visitors["executive"], "twin")["colleagues"]) == 10
        for role, path in (
            ("executive", "/timeline?find=twin"),
            ("admin", "/missing?person=twin"),
        ):
            assert f'<a href="{path}">All matches</a>' in page_of(visitors[role], "twin")
    finally:
        found_site.rows("delete from worksights.users where user_id like 'acme-twin-%'")


def test_topics_are_searched_for_as_long_as_the_page_says(
    visitors: dict[str, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "TOPIC_DAYS", 90)
    assert names(visitors["executive"], "opening") == {}
    assert "topics of sessions from the last 90 days" in page_of(visitors["executive"], "opening")


def test_who_was_found_is_recorded(found_site: Site, visitors: dict[str, Visitor]) -> None:
    def recorded(role: str, text: str) -> set[tuple[str, str | None, bool]]:
        found_site.rows("delete from integration.access_log")
        names(visitors[role], text)
        return set(
            found_site.rows(
                "select act, about_user_id, about_person_id is not null "
                "from integration.access_log where actor = %s",
                user_id_of(role),
            )
        )

    member, manager = user_id_of("member"), user_id_of("manager")
    assert recorded("executive", "member of") == {("search", member, False)}
    assert recorded("executive", "cleo") == {("search", None, True)}
    assert recorded("executive", "opening") == {
        ("search", member, False), ("search", manager, False),
    }  # fmt: skip
    assert recorded("manager", "side talk") == {("search", member, False)}
    assert recorded("admin", "member of") == {("search", member, False)}
    assert recorded("member", "opening") == set()
