"""The page of exclusions: what is entered, what it would concern, and what it has removed."""

from html import unescape

import pytest

from integration.database.postgres import transaction
from integration.privacy import tombstone_keys
from integration.privacy.added_keys import lock_recorded_keys
from tests.web.page.site import Site, Visitor
from tests.web.page.zoom_users import words

PATH = "/services/zoom/privacy/exclusions"


def look(visitor: Visitor, path: str = PATH) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return words(unescape(answer.text))


def test_the_page_suggests_whom_to_keep_out_and_excludes_nobody_itself(site: Site) -> None:
    page = look(site.visitor("technical_admin"))
    assert "Nothing is excluded." in page
    for who in ("Works council", "Unions", "Company doctor", "Lawyers", "Helplines"):
        assert who in page
    assert "Exclude someone or something" in page


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("email_or_domain", "law firm", "Enter an email such as"),
        ("email_or_domain", "", "Enter an email such as"),
        ("email_or_domain", "x" * 400 + ".com", "Enter an email such as"),
        ("phone_number", "12345", "Enter a phone number"),
        ("zoom_user", "  ", "Enter the ID of a Zoom user"),
        ("meeting_number", "weekly", "Enter a meeting ID"),
        ("company", "acme.com", "Choose what to exclude"),
        ("email_or_domain", "com", "Anyone can have an address under com."),
        ("email_or_domain", "*.co.uk", "Anyone can have an address under co.uk."),
        ("email_or_domain", "@ACME.example", "6 active users of your organization have an address"),
        ("email_or_domain", "example", "6 active users of your organization have an address"),
        ("zoom_user", "\N{GRINNING FACE}" * 81, "Enter the ID of a Zoom user"),
        ("phone_number", "1" * 321, "Enter a phone number"),
    ],
)
def test_what_means_nothing_is_refused_with_an_example(
    kind: str, text: str, shown: str, site: Site
) -> None:
    admin = site.visitor("admin")
    asked = {"kind": kind, "text": text, "level": "never_store"}
    answers = [admin.get(f"{PATH}/add", params=asked), admin.post(f"{PATH}/add", asked)]
    for answer in answers:
        assert (answer.status_code, shown in answer.text) == (400, True)
    assert site.rows("select * from integration.exclusions") == []


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("email_or_domain", "client-one.com", "2 past sessions and 2 addresses"),
        ("zoom_user", "zu-acme-manager", "past sessions"),
        ("meeting_number", "852 1234 5678", "past sessions"),
        ("phone_number", "+44 20 7946 0958", "0 past sessions"),
    ],
)
def test_a_preview_says_what_it_affects_and_that_it_cannot_be_undone(
    kind: str, text: str, shown: str, story: Site
) -> None:
    """Admins, who may not see whom their colleagues meet, see no figures: they could ask about
    anybody.
    """
    owner = story.visitor("owner")
    query = f"kind={kind}&text={text.replace('+', '%2B')}"
    page = look(owner, f"{PATH}/add?{query}&level=never_store")
    assert shown in page
    assert "This cannot be undone" in page
    assert "past sessions and" not in look(
        story.visitor("admin"), f"{PATH}/add?{query}&level=never_store"
    )
    if kind != "phone_number":
        page = look(owner, f"{PATH}/add?{query}&level=hide")
        assert "If the exclusion is removed, they appear again." in page


def test_an_exclusion_is_listed_changed_and_removed_and_recorded(site: Site) -> None:
    site.settings.values["TOMBSTONE_KEY"] = "k" * 40
    admin = site.visitor("admin")
    asked = {"kind": "email_or_domain", "text": "Union.example", "level": "hide"}
    admin.post(f"{PATH}/add", asked)
    assert "Union.example Email or domain Hide" in look(admin)
    admin.post(f"{PATH}/add", {**asked, "level": "never_store"})
    page = look(admin)
    assert "Union.example Email or domain Never store With the next update" in page
    ((exclusion_id,),) = site.rows("select exclusion_id from integration.exclusions")
    admin.post(f"{PATH}/remove", {"exclusion_id": str(exclusion_id)})
    assert "Nothing is excluded." in look(admin)
    assert admin.post(f"{PATH}/remove", {"exclusion_id": str(exclusion_id)}).status_code == 404
    changes = look(admin, "/services/zoom/overview/changes")
    assert "added an exclusion (email or domain)" in changes
    assert "removed an exclusion" in changes
    assert "nion.example" not in str(site.rows("select details from integration.audit_trail"))


def test_an_exclusion_of_another_organization_cannot_be_removed(site: Site) -> None:
    ((exclusion_id,),) = site.rows(
        "insert into integration.exclusions (organization_id, email_or_domain) "
        "values ('globex', 'union.example') returning exclusion_id"
    )
    admin = site.visitor("admin")
    assert admin.post(f"{PATH}/remove", {"exclusion_id": str(exclusion_id)}).status_code == 404
    assert admin.post(f"{PATH}/remove", {"exclusion_id": "all"}).status_code == 400
    assert site.rows("select count(*) from integration.exclusions") == [(1,)]


def test_what_an_exclusion_has_removed_and_the_proof_are_shown(site: Site) -> None:
    site.rows(
        "insert into integration.exclusions (organization_id, email_or_domain, level) "
        "values ('acme', 'union.example', 'never_store')"
    )
    applied = """
        insert into pipeline.applied_exclusions
            (exclusion_id, organization_id, kind, written, batch, events, sessions,
            columns_searched, values_left)
        select exclusion_id, organization_id, kind, email_or_domain, 1, 12, 0, 80, %s
        from integration.exclusions
        on conflict (exclusion_id) do update set values_left = excluded.values_left
    """
    owner = site.visitor("owner")
    for left, shown in ((None, "After the next update"), (0, "Nothing left"), (3, "3 values left")):
        site.rows(applied, left)
        page = look(owner)
        assert "Names in 12 events" in page
        assert shown in page
    assert "12 events" not in look(site.visitor("admin"))  # who may not see contacts


def test_never_storing_needs_the_key_of_the_tombstones(site: Site) -> None:
    site.settings.values.pop("TOMBSTONE_KEY", None)
    asked = {"kind": "zoom_user", "text": "zu-1", "level": "never_store"}
    answer = site.visitor("admin").post(f"{PATH}/add", asked)
    assert answer.status_code == 400
    assert "a key that is needed to recognize what must never be stored" in answer.text
    assert "TOMBSTONE_KEY" not in answer.text


def test_never_storing_needs_the_keys_that_the_database_uses(site: Site) -> None:
    site.settings.values["TOMBSTONE_KEY"] = "k" * 40
    site.rows(
        "insert into integration.keys (purpose, key_id, process) "
        "values ('tombstone', 'newer,older', 'pipeline')"
    )
    asked = {"kind": "zoom_user", "text": "zu-1", "level": "never_store"}
    answer = site.visitor("admin").post(f"{PATH}/add", asked)
    assert answer.status_code == 400
    assert "a key that is needed to recognize what must never be stored" in answer.text
    assert site.rows("select count(*) from integration.exclusions") == [(0,)]


def test_never_storing_waits_for_a_rotation_of_the_key_only_for_a_while(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.rows(
        "insert into integration.keys (purpose, key_id, process) "
        "values ('tombstone', 'older', 'pipeline')"
    )
    site.settings.values["TOMBSTONE_KEY"] = "k" * 40
    monkeypatch.setattr(tombstone_keys, "WAIT_SECONDS", 0.0)
    asked = {"kind": "zoom_user", "text": "zu-1", "level": "never_store"}
    with transaction(site.database_url) as owner:
        lock_recorded_keys(owner)
        answer = site.visitor("admin").post(f"{PATH}/add", asked)
    assert answer.status_code == 503
    assert "A key that the change needs is being replaced." in answer.text
    assert site.rows("select count(*) from integration.exclusions") == [(0,)]
