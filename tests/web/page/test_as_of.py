"""Every page with derived data says once, below its heading, how recent the data is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from integration.privacy.groups import SMALLEST_GROUP
from simulator.world import World
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.story import PARALLEL, story_site

LINE = re.compile(r'<p class="as-of">(.*?)</p>', re.DOTALL)
TIME = re.compile(r'<time datetime="([^"]*)" title="([^"]*)">\s*([^<]*)</time>')
ABOUT_TIME = re.compile(r"[Dd]ata as of|[Cc]ounted up to|[Ll]ast (?:update|batch)\b(?! failed)")
MEMBER = user_id_of("member")
OVERVIEW, MISSING = "/services/zoom/overview", f"/missing?from={PARALLEL}&to={PARALLEL}"
PAGES = (
    "/team",
    f"/team?from={PARALLEL}",
    "/team?month=2026-03",
    "/timeline",
    f"/timeline?day={PARALLEL}",
    f"/timeline?week={PARALLEL}",
    f"/timeline/{MEMBER}?day={PARALLEL}",
    f"/timeline/{MEMBER}?day=2026-07-01",
    "/clients",
    "/clients?q=no-such-company",
    "/clients/people",
    "/clients/companies/{company_id}",
    "/clients/people/{person_id}",
    MISSING,
    f"{MISSING}&outcome=all",
    "/missing?from=2026-03-20&to=2026-03-01",
    "/missing/{session_id}/{participant_id}",
    OVERVIEW,
)
NOW = datetime.now(UTC).replace(microsecond=0)
AS_OF, LATE = NOW - timedelta(days=3), NOW - timedelta(days=2)


@pytest.fixture(scope="module")
def acme(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The story, in a database of its own because batches fail in it."""
    with story_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        site.rows("update pipeline.batches set as_of = %s", AS_OF)
        yield site


@pytest.fixture(scope="module")
def pages(acme: Site) -> list[str]:
    (ids,) = acme.rows(
        "select people.company_id, people.person_id, participants.session_id, "
        "participants.participant_id from clientsights.people "
        "inner join timeline.participants using (organization_id, person_id) "
        "where people.organization_id = 'acme' and people.email = 'cleo@client-one.com' limit 1"
    )
    names = ("company_id", "person_id", "session_id", "participant_id")
    return [page.format(**dict(zip(names, ids, strict=True))) for page in PAGES]


def lines(visitor: Visitor, path: str) -> list[str]:
    """The words of the page's lines, with each time as it is for computers."""
    return [
        " ".join(unescape(re.sub(r"<[^>]+>", "", TIME.sub(_in_utc, line))).split())
        for line in LINE.findall(visitor.get(path).text)
    ]


def _in_utc(found: re.Match[str]) -> str:
    return datetime.fromisoformat(found[1]).astimezone(UTC).isoformat()


def test_every_page_with_derived_data_says_once_how_recent_it_is(
    acme: Site, pages: list[str]
) -> None:
    visitor = acme.visitor("executive")
    said = {page: lines(visitor, page) for page in pages}
    assert said == {page: [f"Data as of {AS_OF.isoformat()}."] for page in pages}


def test_no_page_says_it_in_another_way(acme: Site, pages: list[str]) -> None:
    visitor = acme.visitor("executive")
    for page in pages:
        text = LINE.sub("", visitor.get(page).text).replace("after the last update", "")
        assert (page, ABOUT_TIME.findall(text)) == (page, [])


def test_the_time_is_that_of_the_clock_that_the_page_shows(acme: Site) -> None:
    """The executive lives in New York, and the member in Berlin."""
    visitor = acme.visitor("executive")
    for page, zone in (("/clients", "America/New_York"), (f"/timeline/{MEMBER}", "Europe/Berlin")):
        line = LINE.search(visitor.get(page).text)[1]
        assert f"{AS_OF.astimezone(ZoneInfo(zone)):%H:%M}" in TIME.search(line)[3]


def test_groups_are_shown_with_the_same_line(acme: Site) -> None:
    acme.rows(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('acme', 'view', 'grouped')"
    )
    try:
        visitor = acme.visitor("executive")
        for page in ("/team", "/clients"):
            assert f"at least {SMALLEST_GROUP}" in visitor.get(page).text
            assert lines(visitor, page) == [f"Data as of {AS_OF.isoformat()}."]
    finally:
        acme.rows("delete from integration.privacy_settings where organization_id = 'acme'")


def test_a_time_of_today_has_no_date_but_its_title_has(acme: Site) -> None:
    now = datetime.now(UTC)
    acme.rows(
        "insert into pipeline.batches (batch, as_of, finished_at) values (900, %s, %s)", now, now
    )
    try:
        page = acme.visitor("member").get("/timeline").text
    finally:
        acme.rows("delete from pipeline.batches where batch = 900")
    _, title, shown = TIME.search(LINE.search(page)[1]).groups()
    local = now.astimezone(ZoneInfo("Europe/Berlin"))
    assert shown == f"{local:%H:%M}"
    assert (f"{local:%Y}" in title, f"{local:%H:%M:%S}" in title) == (True, True)


def test_a_batch_under_way_leaves_the_line_as_it_is(acme: Site) -> None:
    acme.rows("insert into pipeline.batches (batch, as_of) values (900, now())")
    try:
        assert lines(acme.visitor("member"), "/timeline") == [f"Data as of {AS_OF.isoformat()}."]
    finally:
        acme.rows("delete from pipeline.batches where batch = 900")


@pytest.mark.parametrize("what", ["batches fail", "deliveries wait"])
def test_every_page_says_since_when_batches_are_late(
    what: str, acme: Site, pages: list[str]
) -> None:
    """Deliveries wait for one organization; batches are the same for all."""
    if what == "batches fail":
        acme.rows("update pipeline.batches set finished_at = %s", AS_OF)
        acme.rows(
            "insert into pipeline.run_failures (run_id, failed_at, job, steps) "
            "values ('r1', %s, 'zoom_batch', '{dbt_models}')",
            LATE,
        )
    else:
        acme.rows(
            "insert into ingress.deliveries (organization_id, zoom_account_id, event, body, "
            "body_size, body_sha256, received_at) "
            "values ('acme', %s, 'meeting.ended', '{}', 2, 'of-two-bytes', %s)",
            ACCOUNTS[0],
            LATE,
        )
    fresh = f"Data as of {AS_OF.isoformat()}."
    late = f"{fresh} Updates have been late since {LATE.isoformat()}."
    try:
        executive = acme.visitor("executive")
        assert {page: lines(executive, page) for page in pages} == {
            page: [late if page == OVERVIEW else f"{late} See why"] for page in pages
        }
        assert lines(acme.visitor("member"), "/timeline") == [late]
        others = late if what == "batches fail" else fresh
        assert lines(acme.visitor("member", "globex"), "/timeline") == [others]
    finally:
        acme.rows("delete from pipeline.run_failures")
        acme.rows("delete from ingress.deliveries where body_sha256 = 'of-two-bytes'")
        acme.rows("update pipeline.batches set finished_at = now()")


def test_before_the_first_update_the_line_says_so(site: Site) -> None:
    executive = site.visitor("executive")
    for page in ("/team", "/timeline", "/clients", "/clients/people", "/missing", OVERVIEW):
        assert lines(executive, page) == ["No update has finished yet."]
