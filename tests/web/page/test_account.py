"""The page about oneself: what is held, who may see it, a file with everything, and erasure."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.commands.program import Program, program_with
from tests.web.page.site import ROLES, Site, email_of, user_id_of
from tests.web.page.zoom_users import rows_of, under, words

MEMBER = user_id_of("member")
GUESTS = ("cleo", "dan.dunn", "gus green", "@client-one.com", "globex", "stray")


@pytest.fixture
def asked(story: Site) -> Iterator[Site]:
    """The story, without requests afterwards."""
    yield story
    story.rows("delete from integration.erasure_requests")
    story.rows("delete from integration.privacy_settings")


@pytest.fixture
def program(story: Site) -> Iterator[Program]:
    with program_with(DATABASE_URL=story.database_url) as found:
        yield found


def table_of(page: str, caption: str) -> dict[str, list[str]]:
    """The rows of one of the page's tables: first cell -> the others."""
    return {first: others for first, *others in rows_of(under(page, caption))}


def test_everybody_sees_what_is_held_about_them(story: Site) -> None:
    counts = table_of(story.visitor("member").get("/account").text, "What is held about you")
    ((sessions, entries),) = story.rows(
        "select count(distinct session_id), (select count(*) from timeline.activities "
        "where user_id = %s) from timeline.participants where user_id = %s",
        MEMBER, MEMBER,
    )  # fmt: skip
    assert counts["Sessions"][0] == str(sessions)
    assert counts["Entries on your timeline"][0] == str(entries)
    assert counts["External people you met"] == ["3", "10 Mar 2026", "10 Mar 2026"]
    assert counts["Email addresses you used in Zoom"][0] == "1"


def test_everybody_sees_who_may_see_it_by_the_privacy_settings(asked: Site) -> None:
    member = asked.visitor("member")
    shown = table_of(member.get("/account").text, "Who can see it")
    assert shown["Owner"][0] == "1 Owner of Acme"
    assert "Your day" in shown["Owner"][1]
    assert "Your day" not in shown["Admin"][1]
    assert {"Manager", "Member"} & shown.keys() == set()
    asked.rows(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('acme', 'view', 'grouped')"
    )
    shown = table_of(member.get("/account").text, "Who can see it")
    assert "Owner" in shown
    assert "Your day" not in str(shown)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_downloads_their_own_data_alone(role: str, story: Site) -> None:
    answer = story.visitor(role).get("/account/download")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == (
        'attachment; filename="worksights-zoom-export.json"'
    )
    document = answer.json()
    assert document["tables"]["worksights.users"][0]["user_id"] == user_id_of(role)
    text = json.dumps(document).lower()
    for own in (email_of(role), f"{role.replace('_', ' ')} of acme"):
        text = text.replace(own, "")  # an Admin's name is a part of a Technical Admin's
    others = [other for other in ROLES if other != role]
    found = [
        one
        for one in (
            *(email_of(other) for other in others),
            *(f"{other.replace('_', ' ')} of acme" for other in others),
            *(f'"{user_id_of(other)}"' for other in others),
            *(f"zu-acme-{other}" for other in others),
            *GUESTS,
        )
        if one in text.replace(f"zu-acme-{role}", "")
    ]
    assert found == []


def test_a_download_has_what_the_command_exports_but_for_landed_events(
    story: Site, program: Program
) -> None:
    downloaded = story.visitor("member").get("/account/download").json()
    answer = program("export", "--email", email_of("member"), "--organization", "acme")
    exported = json.loads(answer.out)
    assert downloaded["not_included"] == ["zoom_raw.events"]
    assert exported["tables"].pop("zoom_raw.events")
    for tables in (downloaded["tables"], exported["tables"]):
        tables.pop("integration.access_log", None)
    for document in (downloaded, exported):
        changes = document["tables"]["integration.audit_trail"]
        document["tables"]["integration.audit_trail"] = [
            one for one in changes if one["kind"] != "data_downloaded"
        ]
    assert downloaded["tables"] == exported["tables"]


def test_a_person_asks_for_erasure_and_withdraws_it(asked: Site) -> None:
    member = asked.visitor("member")
    assert "has to be deactivated first" in words(member.get("/account").text)
    for _ in range(2):
        member.post("/account/erasure", {"to": "on"})
    ((due_in, user_id),) = asked.rows(
        "select (due_at - interval '1 month') = requested_at, user_id "
        "from integration.erasure_requests"
    )
    assert (due_in, user_id) == (True, MEMBER)
    assert "It is due by" in words(member.get("/account").text)
    member.post("/account/erasure", {"to": "off"})
    shown = words(member.get("/account").text)
    assert ("It is due by" in shown, "Ask for erasure" in shown) == (False, True)
    assert asked.rows("select withdrawn_at is not null from integration.erasure_requests") == [
        (True,)
    ]
    member.post("/account/erasure", {"to": "on"})
    assert asked.rows("select count(*) from integration.erasure_requests") == [(2,)]
    assert member.post("/account/erasure", {"to": "x"}).status_code == 400


def test_a_request_is_on_the_overview_of_those_who_can_act_on_it(asked: Site) -> None:
    asked.visitor("member").post("/account/erasure", {"to": "on"})
    admin = asked.visitor("admin")
    needs = "Deactivate the user in WorkSights"
    assert needs in words(admin.get("/services/zoom/overview").text)
    assert needs in words(asked.visitor("technical_admin").get("/services/zoom/overview").text)
    american = admin.get("/services/zoom/overview", headers={"Accept-Language": "en-US"})
    assert re.search(r"It is due by [A-Z][a-z]+ \d{1,2}, \d{4}\. ", words(american.text))
    other = asked.visitor("admin", "globex")
    assert needs not in words(other.get("/services/zoom/overview").text)
    listed = words(admin.get("/services/zoom/overview/changes").text)
    assert "asked for erasure" not in listed
