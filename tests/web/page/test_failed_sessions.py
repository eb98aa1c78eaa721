"""Failures to derive are shown: on Overview with the next step, on Missing by session."""

from collections.abc import Iterator

import pytest

from simulator.world import World
from tests.web.page.failed_sessions import NEVER_DERIVED, fail, session_of
from tests.web.page.missing import NUMBER, links, look, rows
from tests.web.page.site import Site, Visitor
from tests.web.page.story import PARALLEL, story_site
from tests.web.page.zoom_users import words

OVERVIEW = "/services/zoom/overview"
MARCH = {"from": PARALLEL, "to": PARALLEL, "outcome": "all"}
FAILED = "could not be processed"


def attention(visitor: Visitor) -> str:
    """What needs attention, as text."""
    page = visitor.get(OVERVIEW)
    assert page.status_code == 200, page.text
    return words(page.text.partition('id="attention"')[2].partition("<dl")[0])


@pytest.fixture(scope="module")
def derived(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with story_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture
def failing(derived: Site) -> Iterator[Site]:
    """Acme has three failing sessions: two in some tables, and one that was never derived."""
    for topic in ("Salary round", "Opening"):
        fail(derived, "timeline.activities", session_id=session_of(derived, topic))
    fail(derived, "operations.outcomes", session_id=session_of(derived, "Opening"))
    fail(derived, "intermediate.int_meeting_sessions", session_id=NEVER_DERIVED)
    fail(
        derived, "timeline.activities", "globex", session_id=session_of(derived, "Secret of Globex")
    )
    yield derived
    derived.rows("delete from pipeline.failures")


def test_overview_says_how_many_sessions_fail_since_when_and_what_happens_next(
    failing: Site,
) -> None:
    said = attention(failing.visitor("owner"))
    assert f"3 sessions {FAILED}" in said
    for sentence in (
        "No data is lost", "existing entries do not change", "Processing is retried",
        "contact the team that runs WorkSights", "Since 1 Nov 2026, 10:30", "Show them",
    ):  # fmt: skip
        assert sentence in said
    assert f"1 session {FAILED}" in attention(failing.visitor("owner", "globex"))


def test_overview_gives_a_technical_admin_no_count_and_no_list(failing: Site) -> None:
    said = attention(failing.visitor("technical_admin"))
    assert (f"Some sessions {FAILED}" in said, "3 sessions" in said) == (True, False)
    assert "Show them" not in said


def test_overview_mentions_no_failure_when_nothing_fails(derived: Site) -> None:
    assert FAILED not in attention(derived.visitor("owner"))


def test_a_failure_for_a_person_counts_for_the_sessions_they_attended(derived: Site) -> None:
    ((person_id,),) = derived.rows(
        "select person_id from clientsights.people "
        "where organization_id = 'acme' and email = 'cleo@client-one.com'"
    )
    try:
        fail(derived, "clientsights.people", person_id=person_id)
        said = attention(derived.visitor("owner"))
    finally:
        derived.rows("delete from pipeline.failures")
    assert (f"2 sessions {FAILED}" in said, "not up to date" in said) == (True, False)


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("pipeline.settings", "Changed settings have no effect yet"),
        ("clientsights_raw.email_addresses", "New people and companies are missing"),
        ("clientsights.lookalikes", "Some of the data shown is not up to date"),
    ],
)
def test_overview_shows_failures_for_the_whole_organization(
    model: str, title: str, site: Site
) -> None:
    """Before the first batch, too, when the list of sessions does not exist yet."""
    site.connect("acme", "AcmeZoomAccount0000000")
    site.connect("globex", "GlobexZoomAccount00000")
    fail(site, model)
    said = attention(site.visitor("executive"))
    parts = (title, "No data is lost", "Processing is retried")
    assert [part in said for part in parts] == [True] * 3
    assert title not in attention(site.visitor("executive", "globex"))


def test_failing_sessions_are_counted_before_the_first_batch(site: Site) -> None:
    site.connect("acme", "AcmeZoomAccount0000000")
    fail(site, "intermediate.int_meeting_sessions", session_id=NEVER_DERIVED)
    assert f"1 session {FAILED}" in attention(site.visitor("executive"))
    assert "No sessions found" in look(site.visitor("executive"))


def test_missing_shows_the_failure_with_the_session_and_keeps_its_outcome(failing: Site) -> None:
    found = {row[1]: row[2:] for row in rows(look(failing.visitor("member"), **MARCH))}
    outcome, why = found["Opening"]
    assert (outcome, why.startswith("The session is on the timeline.")) == ("On the timeline", True)
    assert f"Part of this session {FAILED}; the problem started on 1 Nov 2026, 10:30" in why
    assert FAILED not in " ".join(found["Afterwards"])


def test_missing_shows_the_failure_among_the_steps(failing: Site) -> None:
    visitor = failing.visitor("member")
    (path,) = links(look(visitor, **MARCH, topic="Opening"))
    page = words(visitor.get(path).text)
    assert page.index("Stored") < page.index("Processed failed") < page.index("Ended passed")
    assert "Next step: Wait. Processing is retried" in page
    (path,) = links(look(visitor, **MARCH, topic="Afterwards"))
    assert "Processed" not in visitor.get(path).text


def listed(page: str) -> str:
    """The section of Missing with the sessions that fail."""
    return words(page.partition('id="failed"')[2].partition("</section>")[0])


def test_missing_lists_failing_sessions_with_and_without_rows_for_roles_that_see_all(
    failing: Site,
) -> None:
    executive = listed(look(failing.visitor("executive")))
    for text in (
        "Salary round",
        "Opening",
        "new, not shown yet",
        "Meetings, ended",
    ):
        assert text in executive
    assert "Globex" not in executive
    admin = listed(look(failing.visitor("admin"), meeting=NUMBER))
    assert admin.count("A session") == 3
    assert ("Salary" in admin, "Opening" in admin) == (False, False)
    for role in ("member", "manager", "technical_admin"):
        assert listed(look(failing.visitor(role))) == ""


def test_missing_lists_the_latest_and_says_that_there_are_more(derived: Site) -> None:
    try:
        for number in range(21):
            fail(derived, "intermediate.int_meeting_sessions", session_id=f"s{number}")
        page = listed(look(derived.visitor("executive")))
    finally:
        derived.rows("delete from pipeline.failures")
    assert page.count("A session") == 20
    assert "Only the latest 20 are shown." in page


def test_after_an_update_without_a_batch_the_pages_work_and_count(failing: Site) -> None:
    """The first batch after the update creates the view of failed sessions."""
    failing.rows("alter view operations.failed_sessions rename to not_created_yet")
    try:
        said = attention(failing.visitor("owner"))
        page = listed(look(failing.visitor("owner")))
    finally:
        failing.rows("alter view operations.not_created_yet rename to failed_sessions")
    assert (f"3 sessions {FAILED}" in said, "Salary round" in page) == (True, True)
