"""A person is erased, and never comes back: not late, not in another spelling, not by a rebuild."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integration.connections.connections import connect_account
from integration.database.postgres import transaction
from integration.privacy.person import ActiveUser
from integration.privacy.registry import columns_without_personal_data, personal_columns
from simulator.world import World
from tests.pipeline.installation import Installation, new_installation
from tests.privacy.erased_people import ACCOUNT, ANN, ARRIVAL, FIRST
from tests.privacy.erasure_story import Story, left, tables_with, tell


@pytest.fixture(scope="module")
def told(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Story]:
    world, zoom = zoom_url
    with new_installation(server_url, home=home, zoom=zoom) as installation:
        yield tell(installation, world)


def test_nothing_of_an_erased_person_is_left(told: Story) -> None:
    assert left(told.erased) == {}


def test_an_erased_person_comes_back_neither_late_nor_by_import_nor_by_rebuild(
    told: Story,
) -> None:
    """In other spellings, too, and where only a Zoom user id, a number or a leg tells who it is."""
    assert left(told.later) == {}


def test_the_sums_hold(told: Story) -> None:
    before, after = told.counts
    assert after == before
    assert before["participants"] == before["outcomes"]


def test_two_devices_of_an_erased_person_stay_one_participant(told: Story) -> None:
    assert "no_identity,3600,2,t" in told.erased["timeline.participants"]


def test_a_name_that_another_address_has_too_is_left_to_them(told: Story) -> None:
    assert 'vera@elsewhere.example,"Vera Valdez"' in told.later["timeline.participants"]


def test_the_person_stays_in_another_organization(told: Story) -> None:
    assert 'vera.valdez+zoom@gmail.com,"Vera Valdez"' in told.later["timeline.participants"]
    assert "veravaldez@gmail.com" in told.later["clientsights.people"]


def test_a_body_that_was_set_aside_goes_when_it_names_the_person(told: Story) -> None:
    assert "of nobody" in told.later["bodies"]
    assert "late" not in told.later["bodies"]


def test_erasing_again_changes_nothing(told: Story) -> None:
    before, after = told.again
    assert after == before


def test_topics_stay_until_somebody_decides(told: Story) -> None:
    assert "Catch-up with Vera Valdez" in told.later["timeline.sessions"]
    assert left(told.without_topics, topics=True) == {}


def test_nothing_of_an_erased_account_is_left_but_the_ledger(told: Story) -> None:
    tables = tables_with(told.without_account, ACCOUNT)
    ledger = {"ingress.deliveries", "staging.stg_ingress__deliveries", "operations.deliveries"}
    assert set(tables) == {*ledger, "integration.erasures"}
    assert "vera@elsewhere.example" not in "".join(told.without_account.values())
    assert "veravaldez@gmail.com" in told.without_account["clientsights.people"]


def test_an_erased_account_is_unknown_until_another_organization_connects_it(told: Story) -> None:
    now = ARRIVAL + timedelta(days=22)
    told.installation.deliver(*FIRST.whole([ANN]), at=now)
    told.installation.land(now=now)
    latest = "select disposition from ingress.deliveries order by delivery_id desc limit 1"
    assert told.installation.value(latest) == "unknown_account"
    with transaction(told.installation.url, role="page") as connection:
        _, is_new = connect_account(
            connection, organization_id="other", zoom_account_id=ACCOUNT, owner_user_id="ann-2"
        )
    assert is_new


def test_every_column_is_either_personal_or_said_not_to_be(told: Story) -> None:
    everywhere, of_tables = columns_without_personal_data()
    personal = {(column.table, column.column) for column in personal_columns()}
    harmless = {
        (table, column)
        for table, column in told.personal_columns
        if column in everywhere or column in of_tables.get(table, ())
    }
    assert told.personal_columns - personal - harmless == set()
    assert personal - told.personal_columns == set()
    assert personal & harmless == set()


def test_an_active_user_is_refused(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    with pytest.raises(ActiveUser, match="Deactivate the user first"):
        installation.erase("ann@firm.example", organization_id="firm")
    assert installation.value("select count(*) from integration.tombstones") == 0
