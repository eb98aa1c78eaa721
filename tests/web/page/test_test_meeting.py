"""What the page of a test meeting says between the arrival of an end and the end of its batch."""

from collections.abc import Iterator

import pytest

from integration.pipeline.dispositions import NOT_RELEASED, UNKNOWN
from integration.pipeline.landing import NEVER_STORED
from simulator.world import World
from tests.web.page.fixtures import ACCOUNTS, connected_site
from tests.web.page.site import Site
from tests.web.page.zoom_users import words

TEST_MEETING = "/services/zoom/overview/test-meeting"
ACME = ACCOUNTS[0]
ENDING = """
    insert into ingress.deliveries (zoom_account_id, event, disposition, body_size, body_sha256)
    values (%s, 'meeting.ended', 'waiting', 0, '')
"""
# It started before the end arrived, and landed it nevertheless.
BATCH = """
    insert into pipeline.batches (batch, as_of, landed_at)
    select coalesce(max(batch), 0) + 1, now() - interval '1 hour', now() from pipeline.batches
"""


@pytest.fixture
def acme(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with connected_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        yield site


def test_a_test_meeting_has_failed_only_when_its_batch_has_finished(acme: Site) -> None:
    admin = acme.visitor("admin")
    admin.post(f"{TEST_MEETING}/start")
    said = {}
    waits, derived, failed = (
        "starts within two minutes",
        "Its entries are added in",
        "You did not take part in any meeting that has ended",
    )

    def look(when: str) -> None:
        page = words(admin.get(TEST_MEETING).text)
        said[when] = [step for step in (waits, derived, failed) if step in page]

    acme.rows(ENDING, ACME)
    look("it waits")
    acme.rows("update ingress.deliveries set disposition = 'landed'")
    acme.rows(BATCH)
    look("its batch runs")
    acme.rows("update pipeline.batches set finished_at = now()")
    look("its batch has finished")
    # In a large account, another meeting often ends first.
    acme.rows(ENDING, ACME)
    look("one more waits")
    acme.rows("update ingress.deliveries set disposition = 'quarantined', reason = 'too_old'")
    look("it is not used")
    assert said == {
        "it waits": [waits],
        "its batch runs": [derived],
        "its batch has finished": [failed],
        "one more waits": [waits],
        "it is not used": [failed],
    }


def test_why_a_webhook_was_not_used_is_said_without_the_ledgers_words(acme: Site) -> None:
    admin = acme.visitor("admin")
    admin.post(f"{TEST_MEETING}/start")
    acme.rows(ENDING, ACME)
    said = {}
    for disposition, reason in (
        ("ignored", NOT_RELEASED), ("ignored", NEVER_STORED), ("unknown_account", UNKNOWN),
        ("quarantined", "no session id (uuid)"),
    ):  # fmt: skip
        acme.rows(
            "update ingress.deliveries set disposition = %s, reason = %s", disposition, reason
        )
        page = words(admin.get(TEST_MEETING).text)
        assert reason.replace("_", " ") not in page
        said[reason] = page.partition("The webhook ")[2].partition(" ! An entry")[0]
    again = "Start another test meeting."
    assert said == {
        NOT_RELEASED: "was ignored: it arrived while processing was on hold. Open Privacy",
        NEVER_STORED: f"was ignored: it was about something WorkSights never stores. {again}",
        UNKNOWN: f"was discarded: the Zoom account was not connected when it was sent. {again}",
        "no session id (uuid)": (
            f"could not be read. The team that runs WorkSights can see why. {again}"
        ),
    }
