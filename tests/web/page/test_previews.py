"""What the pages say about a change before and after it is saved, with entries of a real batch."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from integration.pipeline.status import Delay, delay_to_entries
from simulator.world import World
from tests.pipeline.events import Session
from tests.web.page.batched import ACCOUNT, DAY, Batched, batched_site
from tests.web.page.batched import MEMBER as MIA
from tests.web.page.site import Visitor, user_id_of
from tests.web.page.switches import press, states_in_words, undo
from tests.web.page.zoom_users import rows_of

USERS, FEATURES = "/services/zoom/users", "/services/zoom/features"
STRANGER = f"{USERS}/zu-stranger"
MEMBER = f"{FEATURES}/users/{user_id_of('member')}"


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home")) as batched:
        yield batched


@pytest.fixture(scope="module")
def admin(batched: Batched) -> Visitor:
    return batched.site.visitor("admin")


def preview(visitor: Visitor, address: str) -> list[list[str]]:
    answer = visitor.get(address)
    assert answer.status_code == 200, answer.text
    return rows_of(answer.text)


def test_users_with_sessions_without_an_entry_come_first_with_their_count(admin: Visitor) -> None:
    first = rows_of(admin.get(USERS).text)[0]
    assert first[0].startswith("Stella Stranger")
    assert first[3] == "2"
    assert "2 sessions have no entry" in admin.get(STRANGER).text
    overview = admin.get("/services/zoom/overview").text
    assert "1 Zoom user with sessions is not mapped" in overview


def test_the_delay_counts_from_the_arrival_of_the_last_event(batched: Batched) -> None:
    """Zoom reported both sessions nine hours late, and an entry does not get slower by that."""
    now = DAY + timedelta(days=2)
    with psycopg.connect(batched.site.database_url) as connection:
        connection.execute(
            "update zoom_raw.events set first_received_at = first_received_at + interval '9 hours'"
        )
        delay = delay_to_entries(connection, now=now, organization_id="acme")
        connection.rollback()
    hours = timedelta(hours=1)
    assert delay == Delay(2, 3 * hours, 4.8 * hours, 5 * hours, 9 * hours)


def test_a_technical_admin_sees_no_session_counts(batched: Batched) -> None:
    visitor = batched.site.visitor("technical_admin")
    pages = [visitor.get(path).text for path in (USERS, STRANGER, "/services/zoom/overview")]
    hidden = ("Sessions without an entry", "sessions have no entry", "1 Zoom user")
    assert [text for page in pages for text in hidden if text in page] == []
    assert "Some Zoom users are not mapped" in pages[-1]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2026-03-10", [["Meetings", "+1", "none"], ["Webinars", "+1", "none"]]),
        ("2026-03-11", []),
    ],
)
def test_a_mapping_shows_the_entries_it_adds_since_that_day(
    day: str, shown: list[list[str]], admin: Visitor
) -> None:
    to = user_id_of("manager")
    assert preview(admin, f"{STRANGER}/change?to={to}&since=day&day={day}") == shown


def test_a_mapping_to_a_user_who_attended_adds_nothing(admin: Visitor) -> None:
    to = user_id_of("member")
    assert preview(admin, f"{STRANGER}/change?to={to}&since=day&day=2026-03-01") == []


def test_switching_a_feature_off_shows_the_entries_it_removes(admin: Visitor) -> None:
    asked = "change?feature=webinars&to=off&since=day&day=2026-03-01"
    shown = [["Webinars", "none", "−1"]]
    assert preview(admin, f"{MEMBER}/{asked}") == shown
    assert preview(admin, f"{FEATURES}/organization/{asked}") == shown


def test_the_time_of_the_last_entry_is_shown_by_person_and_feature(admin: Visitor) -> None:
    first = rows_of(states_in_words(admin.get(FEATURES).text))[0]
    assert first[1:4] == [
        "On 10 Mar 2026, 15:00", "On 10 Mar 2026, 11:00", "On No Zoom Phone · No entry yet",
    ]  # fmt: skip


def test_the_preview_the_saved_message_and_the_next_batch_agree(
    admin: Visitor, batched: Batched
) -> None:
    before = batched.entries()
    fields = {"since": "day", "day": "2026-03-01"}
    admin.post(f"{STRANGER}/change", {"to": user_id_of("manager"), **fields})
    assert "The next update, which starts within 20 minutes, adds 2 entries." in message(admin)
    admin.post(f"{MEMBER}/change", {"feature": "meetings", "to": "off", **fields})
    assert "The next update, which starts within 20 minutes, removes 1 entry." in message(admin)
    batched.batch()
    manager, member = user_id_of("manager"), user_id_of("member")
    assert (before, batched.entries()) == (
        [("Launch", member), ("Plans", member)],
        [("Launch", manager), ("Launch", member), ("Plans", manager)],
    )


def test_a_switch_applies_to_sessions_that_end_from_now_on_until_it_is_undone(
    admin: Visitor, batched: Batched
) -> None:
    before = batched.entries()
    press(admin, "off", "webinars", user_id_of("member"))
    now = datetime.now(UTC)
    later = Session(
        ACCOUNT, "Later", MIA.zoom_user_id, now, now + timedelta(minutes=1), topic="Later",
        kind="webinar", type=5,
    )  # fmt: skip
    batched.installation.deliver(*later.whole([MIA]), at=later.ended_at)
    batched.installation.batch(now=now + timedelta(minutes=2))
    assert batched.entries() == before
    undo(admin)
    batched.installation.batch(now=now + timedelta(minutes=3))
    assert batched.entries() == sorted([*before, ("Later", user_id_of("member"))])


def message(visitor: Visitor) -> str:
    """The message on the page that a form leads to."""
    found = re.search(r'role="status">(.*?)</p>', visitor.get("/account").text)
    return found[1] if found else ""
