"""The page Privacy: what applies, what a change does, and what the other pages then show."""

from collections.abc import Callable, Iterator
from html import unescape

import pytest

from integration.privacy.settings import VALUES
from integration.web.privacy_settings.words import settings_in_words
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.zoom_users import rows_of, words

PATH = "/services/zoom/privacy"
DAY = "day=2026-03-10"
Set = Callable[[str, str], None]


@pytest.fixture
def set_privacy(story: Site) -> Iterator[Set]:
    """Changes a setting of Acme until the end of the test."""

    def change(name: str, value: str) -> None:
        story.rows(
            "insert into integration.privacy_settings (organization_id, name, value) "
            "values ('acme', %s, %s)",
            name,
            value,
        )

    yield change
    story.rows("delete from integration.privacy_settings")


def look(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return words(unescape(answer.text))


def test_all_settings_are_shown_with_what_applies(story: Site) -> None:
    page = look(story.visitor("technical_admin"), PATH)
    for text in ("Processing", "People or groups", "Topics", "Phone numbers", "Pausing"):
        assert text in page
    assert "After 25 months" in page
    assert page.count("Change…") == len(settings_in_words())


@pytest.mark.parametrize("name", [*VALUES, "retention_months"])
def test_every_setting_can_be_previewed_in_every_value(name: str, story: Site) -> None:
    admin = story.visitor("admin")
    assert "Now:" in look(admin, f"{PATH}/{name}")
    for value in VALUES.get(name, ("never",)):
        page = look(admin, f"{PATH}/{name}?to={value}")
        assert "Change to" in page or "Nothing changes." in page


def test_a_preview_counts_what_is_lost_for_good(story: Site) -> None:
    admin = story.visitor("admin")
    page = look(admin, f"{PATH}/topics?to=none")
    assert "This cannot be undone" in page
    ((with_topic,),) = story.rows(
        "select count(distinct session_id) from zoom_raw.events "
        "where organization_id = 'acme' and fields ? 'topic'"
    )
    assert f"{with_topic} sessions lose their topics." in page
    assert "1 connected Zoom account is affected." in look(admin, f"{PATH}/processing?to=held")
    page = look(admin, f"{PATH}/retention_months?to=months&months=7")
    assert "sessions are deleted." in page
    assert "More than" not in page


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("topics", "to=nobody"),
        ("retention_months", "to=months"),
        ("retention_months", "to=months&months=0"),
        ("retention_months", "to=months&months=-1"),
        ("retention_months", "to=months&months=%D9%A3"),
        ("retention_months", "to=months&months=99999"),
    ],
)
def test_what_is_no_value_is_refused_with_the_reason(name: str, query: str, story: Site) -> None:
    answer = story.visitor("admin").get(f"{PATH}/{name}?{query}")
    assert answer.status_code == 400
    assert 'class="field-problem"' in answer.text


def test_a_change_applies_at_once_and_is_in_both_histories(site: Site) -> None:
    admin = site.visitor("admin")
    admin.post(f"{PATH}/topics", {"to": "participants"})
    assert "Topics changed to “Participants only”." in look(admin, PATH)
    assert rows_of(admin.get(PATH).text)[0][1:] == [
        "Topics",
        "Participants only",
        "Admin of Acme",
    ]
    changes = look(admin, "/services/zoom/overview/changes")
    assert "changed the privacy setting “Topics” to “Participants only”" in changes


def test_numbers_can_be_reduced_only_with_the_key_of_the_tombstones(site: Site) -> None:
    admin = site.visitor("admin")
    site.settings.values.pop("TOMBSTONE_KEY", None)
    answer = admin.post(f"{PATH}/phone_numbers", {"to": "masked"})
    assert answer.status_code == 400
    assert "a key that is needed to recognize equal numbers that are not kept" in answer.text
    assert "TOMBSTONE_KEY" not in answer.text
    site.settings.values["TOMBSTONE_KEY"] = "k" * 40
    assert admin.post(f"{PATH}/phone_numbers", {"to": "masked"}).status_code == 303


def test_only_participants_read_topics(story: Site, set_privacy: Set) -> None:
    owner, executive = story.visitor("owner"), story.visitor("executive")
    of_executive = f"/timeline/{user_id_of('executive')}?{DAY}"
    of_manager = f"/timeline/{user_id_of('manager')}?{DAY}"
    assert "Hosted a scheduled meeting: Salary round" in look(owner, of_executive)
    set_privacy("topics", "participants")
    assert "Hosted a scheduled meeting" in look(owner, of_executive)
    assert "Salary round" not in look(owner, of_executive)
    assert "Hosted a scheduled meeting: Salary round" in look(executive, f"/timeline?{DAY}")
    assert "Opening" not in look(owner, of_manager)
    assert "Salary round" not in look(owner, "/missing?from=2026-03-10&to=2026-03-10&outcome=all")
    found = look(owner, "/missing?from=2026-03-10&to=2026-03-10&outcome=all&topic=Salary")
    assert "No sessions found" in found


def test_the_pages_of_clients_hide_the_same_topics(story: Site, set_privacy: Set) -> None:
    owner = story.visitor("owner")
    ((company,),) = story.rows(
        "select company_id from clientsights.companies "
        "where organization_id = 'acme' and domain = 'client-one.com'"
    )
    path = f"/clients/companies/{company}"
    for page in (path, f"{path}/meetings.csv"):
        assert "Salary round" in look(owner, page)
    set_privacy("topics", "participants")
    page = look(owner, path)
    assert "Salary round" not in page
    assert "Hosted a scheduled meeting" in page
    assert "Scheduled meeting (topic hidden)" in page
    assert "Salary round" not in look(owner, f"{path}/meetings.csv")
    assert "Salary round" in look(story.visitor("executive"), f"{path}/meetings.csv")


@pytest.mark.parametrize(
    "path",
    [
        f"/timeline/{user_id_of('member')}",
        "/timeline?find=member",
        "/clients/people",
    ],
)
def test_where_only_groups_are_shown_single_people_are_closed(
    path: str, story: Site, set_privacy: Set
) -> None:
    set_privacy("view", "grouped")
    answer = story.visitor("executive").get(path)
    assert answer.status_code == 403
    assert "Your organization does not show this" in answer.text
    assert story.visitor("member").get(path).status_code == 403


def test_where_only_groups_are_shown_everybody_still_sees_their_own(
    story: Site, set_privacy: Set
) -> None:
    set_privacy("view", "grouped")
    executive = story.visitor("executive")
    assert "Salary round" in look(executive, f"/timeline?{DAY}")
    found = look(executive, "/missing?from=2026-03-10&to=2026-03-10&outcome=all")
    assert "Salary round" in found
    assert "Opening" not in found
    other = look(executive, "/missing?from=2026-03-10&to=2026-03-10&outcome=all&person=member")
    assert "Opening" not in other
    assert "Member of Acme" not in other
