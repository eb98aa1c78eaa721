"""An erased person never comes back: not late, not in another spelling, not in a rebuild."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integration.connections.connecting import connect_account
from integration.privacy.refusals import ActiveUser
from integration.privacy.registry import columns_without_personal_data, personal_columns
from simulator.world import World
from tests.databases import page_of
from tests.pipeline.installation import Installation, new_installation
from tests.privacy.erased_people import ACCOUNT, ANN, ARRIVAL, FIRST, LEO
from tests.privacy.erasure_story import Story, left, run_story, tables_with


@pytest.fixture(scope="module")
def story(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Story]:
    world, zoom = zoom_url
    with new_installation(server_url, home=home, zoom=zoom) as installation:
        yield run_story(installation, world)


def test_nothing_of_an_erased_person_is_left(story: Story) -> None:
    assert left(story.erased) == {}


def test_an_erased_person_comes_back_neither_late_nor_in_an_import_nor_in_a_rebuild(
    story: Story,
) -> None:
    """Not in another spelling, nor if only a Zoom user id, a number or a leg identifies them."""
    assert left(story.later) == {}


def test_the_sums_do_not_change(story: Story) -> None:
    before, after = story.counts
    assert after == before
    assert before["participants"] == before["outcomes"]
    assert min(before.values()) > 0


def test_two_devices_of_an_erased_person_stay_one_participant(story: Story) -> None:
    assert "no_identity,3600,2,t" in story.erased["timeline.participants"]


def test_a_namesake_with_another_address_keeps_the_name(story: Story) -> None:
    assert 'vera@elsewhere.example,"Vera Valdez"' in story.later["timeline.participants"]


def test_the_request_of_the_erased_person_is_done_and_names_nobody(story: Story) -> None:
    requests = story.installation.execute(
        "select user_id, done_at is not null from integration.erasure_requests order by request_id"
    )
    assert requests == [(None, True), ("ann", False)]


def test_nobody_reports_to_an_erased_person(story: Story) -> None:
    """That it was a manager who is gone stays in the audit trail, without saying who."""
    installation = story.installation
    assert installation.execute(
        "select manager_user_id from worksights.users where user_id = 'ann'"
    ) == [(None,)]
    changes = installation.execute(
        "select details from integration.audit_trail where kind = 'manager_changed'"
    )
    assert changes
    assert LEO.email not in str(changes)


def test_another_organization_keeps_the_person(story: Story) -> None:
    assert 'vera.valdez+zoom@gmail.com,"Vera Valdez"' in story.later["timeline.participants"]
    assert "veravaldez@gmail.com" in story.later["clientsights.people"]


def test_a_quarantined_body_is_deleted_if_it_names_the_person(story: Story) -> None:
    assert "of nobody" in story.later["bodies"]
    assert "late" not in story.later["bodies"]


def test_erasing_again_changes_nothing(story: Story) -> None:
    before, after = story.again
    assert after == before


def test_topics_stay_until_someone_decides(story: Story) -> None:
    assert "Catch-up with Vera Valdez" in story.later["timeline.sessions"]
    assert left(story.without_topics, topics=True) == {}


def test_nothing_of_an_erased_account_is_left_but_the_ledger(story: Story) -> None:
    tables = tables_with(story.without_account, ACCOUNT)
    ledger = {"ingress.deliveries", "staging.stg_ingress__deliveries", "operations.deliveries"}
    assert set(tables) == {*ledger, "integration.erasures"}
    assert "vera@elsewhere.example" not in "".join(story.without_account.values())
    assert "veravaldez@gmail.com" in story.without_account["clientsights.people"]


def test_an_erased_account_is_unknown_until_another_organization_connects_it(story: Story) -> None:
    now = ARRIVAL + timedelta(days=22)
    story.installation.deliver(*FIRST.whole([ANN]), at=now)
    story.installation.land(now=now)
    latest = "select disposition from ingress.deliveries order by delivery_id desc limit 1"
    assert story.installation.value(latest) == "unknown_account"
    with page_of(story.installation.url, "other") as connection:
        _, is_new = connect_account(
            connection, organization_id="other", zoom_account_id=ACCOUNT, owner_user_id="ann-2"
        )
    assert is_new


def test_every_column_is_listed_as_personal_or_as_not_personal(story: Story) -> None:
    everywhere, of_tables = columns_without_personal_data()
    personal = {(column.table, column.column) for column in personal_columns()}
    harmless = {
        (table, column)
        for table, column in story.personal_columns
        if column in everywhere or column in of_tables.get(table, ())
    }
    assert story.personal_columns - personal - harmless == set()
    assert personal - story.personal_columns == set()
    assert personal & harmless == set()


def test_an_active_user_is_refused(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    with pytest.raises(ActiveUser, match="Deactivate the user first"):
        installation.erase("ann@firm.example", organization_id="firm")
    assert installation.value("select count(*) from integration.tombstones") == 0
