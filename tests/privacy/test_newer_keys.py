"""Erased people, and what is never stored, stay out while TOMBSTONE_KEY gets newer keys, whatever
the ages of the database, the settings and the file of erasures: they are recognized, or everything
that compares refuses.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.privacy.erasures_file import UnknownErasures, erasures_file
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.privacy.subjects import with_address, with_number
from integration.privacy.tombstone_keys import ids_of
from tests.pipeline.events import Body
from tests.pipeline.installation import Installation
from tests.privacy.ages import NEWER, Ages, keys_of, landed, of_all_ages, tombstones
from tests.privacy.callers import DIGITS, calls, late_calls
from tests.privacy.eve import ACCOUNT, ANN, KEY, MEETING, everything

EVE, CALLER = with_address(KEY), with_number(DIGITS)
OF_EVE = ("Out.example", "out.example", "zu-eve", "Guest One", "Only uuid", "at her desk", "E. Ely")
ADDRESS = OF_EVE[:2]  # what is hers whatever else has arrived
OF_CALLER = ("callee_phone_number': '+1…99'", "callee_phone_number': '…99'")  # parts are kept
NEVER_STORED = ("else.example",)
MASKED = ("2125550199", "3125550123", "555-0199", "Cal Caller")


def all_bodies() -> list[Body]:
    return [*everything(), *calls(), *late_calls()]


PARTS = 4


def part(number: int) -> list[Body]:
    return all_bodies()[number::PARTS]


@pytest.fixture
def ages(installation: Installation, home: Path) -> Iterator[Ages]:
    """A firm that keeps only parts of numbers, and never stores anyone of one domain."""
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    installation.execute(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('firm', 'phone_numbers', 'masked')"
    )
    installation.execute(
        "insert into integration.exclusions (organization_id, email_or_domain, level) "
        "values ('firm', 'else.example', 'never_store')"
    )
    with of_all_ages(installation, home) as ages:
        yield ages


def texts(ages: Ages) -> str:
    return str(landed(ages.installation))


def recognized(ages: Ages, *erased: tuple[str, ...]) -> list[str]:
    """What is stored and must not be."""
    found = texts(ages)
    return [text for of_one in (*erased, NEVER_STORED, MASKED) for text in of_one if text in found]


def test_a_database_that_got_newer_keys_equals_one_that_always_had_them(ages: Ages) -> None:
    """Also what arrives between two rotations, and what is erased then."""
    plays: list[Callable[[], object]] = [
        lambda: ages.land(*part(0)),
        lambda: ages.erase(EVE),
        lambda: ages.land(*part(1)),
        lambda: ages.erase(CALLER),
        lambda: ages.land(*part(2)),
        lambda: ages.land(*part(3)),
    ]
    found = []
    for rotated_before in ((0, 0), (1, 3), (2, 2), (4, 6), (5, 5), (6, 6)):
        ages.start_again()
        for number, play in enumerate([*plays, lambda: None]):
            for _ in range(rotated_before.count(number)):
                added = ages.rotate()
                assert number < 2 or (added.tombstones > 0 and added.events > 0)
                assert ages.repeat_rotation().tombstones == 0
            play()
        found.append((landed(ages.installation), tombstones(ages.installation)))
        assert recognized(ages, OF_EVE) == []
        assert "erased-" in texts(ages)
    assert [each == found[0] for each in found] == [True] * len(found)
    recorded = "select key_id from integration.keys where retired_at is null"
    assert ages.installation.value(recorded).count(",") == 2


ACTIONS = st.one_of(
    st.tuples(st.just("land"), st.integers(0, PARTS - 1)),
    st.tuples(st.sampled_from(["erase Eve", "erase the caller", "rotate", "back up"]), st.just(0)),
    st.tuples(st.just("restore"), st.integers(0, 3)),
    st.tuples(st.just("settings"), st.integers(0, len(NEWER))),
    st.tuples(st.sampled_from(["repeat the rotation", "apply what is kept"]), st.just(0)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTIONS, min_size=4, max_size=12))
def test_nobody_comes_back_whatever_the_ages_of_database_and_settings(
    ages: Ages, actions: list[tuple[str, int]]
) -> None:
    ages.start_again()
    erased: set[tuple[str, ...]] = set()
    backups: list[str] = []
    for action, number in actions:
        with suppress(WrongTombstoneKey, UnknownErasures):
            match action:
                case "land":
                    ages.land(*part(number))
                    assert recognized(ages, *erased) == [], actions
                case "erase Eve":
                    ages.erase(EVE)
                    erased.add(ADDRESS)
                case "erase the caller":
                    ages.erase(CALLER)
                    erased.add(OF_CALLER)
                case "rotate":
                    if ages.newest < len(NEWER):
                        ages.rotate()
                case "back up":
                    ages.back_up()
                    backups.append(ages.backups[-1])
                case "restore" if backups:
                    ages.restore(backups[number % len(backups)])
                case "settings":
                    ages.use_settings(min(number, ages.newest))
                case "repeat the rotation":
                    ages.repeat_rotation()
                case "apply what is kept":
                    ages.apply_kept_erasures()
    # What the messages tell an operator to do. Then Zoom sends everything again.
    ages.use_settings(ages.newest)
    ages.repeat_rotation()
    ages.apply_kept_erasures()
    ages.land(*all_bodies())
    assert recognized(ages, *erased) == [], actions
    ages.erase(EVE)
    ages.land(*all_bodies())
    assert recognized(ages, OF_EVE) == []
    assert "ann@firm.example" in texts(ages)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (0, "It lacks 2 keys of the 3 that the database was made with."),
        (1, "It lacks the newest key of the 3 that the database was made with."),
        (3, "TOMBSTONE_KEY has a newer key that this database does not use yet. To make the "),
    ],
)
def test_longer_and_shorter_settings_land_nothing_and_lose_nothing(
    age: int, said: str, ages: Ages
) -> None:
    ages.start_again()
    ages.erase(EVE)
    ages.rotate()
    ages.rotate()
    ages.use_settings(age)
    with pytest.raises(WrongTombstoneKey, match=said):
        ages.land(*part(0))
    with pytest.raises(WrongTombstoneKey, match=said):
        ages.erase(CALLER)
    waiting = "select count(*) from ingress.deliveries where disposition = 'waiting'"
    assert ages.installation.value(waiting) == len(part(0))
    ages.use_settings(2)
    ages.land()
    assert ages.installation.value(waiting) == 0
    assert landed(ages.installation)
    assert recognized(ages, ADDRESS) == []


def test_keys_in_another_order_or_with_others_between_them_are_refused(ages: Ages) -> None:
    ages.start_again()
    ages.erase(EVE)
    ages.rotate()
    ages.rotate()
    newest, middle, oldest = keys_of(2).split(",")
    for keys in (
        (middle, newest, oldest),
        (oldest, middle, newest),
        (newest, "k" * 40, middle, oldest),
        (newest, middle, oldest, "k" * 40),
    ):
        ages.patch.setenv("TOMBSTONE_KEY", ",".join(keys))
        with pytest.raises(WrongTombstoneKey, match="in another order, or others between them"):
            ages.land(*part(0))
        with pytest.raises(WrongTombstoneKey, match="in another order, or others between them"):
            ages.repeat_rotation()
    assert landed(ages.installation) == {}


def test_equal_numbers_that_are_not_kept_stay_equal(ages: Ages) -> None:
    """Before and after a rotation, and those of an erased caller."""
    ages.start_again()
    ages.land(*calls())
    ages.rotate()
    ages.land(*late_calls())
    ages.rotate()
    digests = [
        (fields["call_id"], fields["callee_phone_digest"])
        for fields in landed(ages.installation).values()
        if "call_id" in fields
    ]
    by_call = dict(digests)
    assert by_call["first"] == by_call["second"] == by_call["late"]
    assert by_call["others"] == by_call["late-others"] != by_call["first"]


def test_without_digests_the_key_may_change_freely(ages: Ages) -> None:
    ages.installation.execute("delete from integration.exclusions")
    ages.installation.execute("delete from integration.privacy_settings")
    ages.start_again()
    ages.land(*MEETING.whole([ANN]))
    for keys in ("a" * 40, ",".join(["b" * 40, "c" * 40]), keys_of(0)):
        ages.patch.setenv("TOMBSTONE_KEY", keys)
        assert ages.repeat_rotation().tombstones == 0
        ages.land(*part(0))
    assert ages.installation.execute("select * from integration.keys") == []


def test_a_deleted_record_of_the_keys_lets_nobody_back(ages: Ages) -> None:
    """Someone may delete it, and the file of erasures, to get past the error."""
    ages.start_again()
    ages.erase(EVE)
    ages.rotate()
    ages.installation.execute("delete from integration.keys")
    erasures_file(ages.settings).unlink()
    for age in (0, 1):
        ages.use_settings(age)
        for act in (lambda: ages.land(*part(0)), lambda: ages.erase(CALLER), ages.repeat_rotation):
            with pytest.raises(WrongTombstoneKey, match="integration.keys does not say which"):
                act()
    assert landed(ages.installation) == {}


def test_the_file_needs_its_keys_although_the_database_has_no_digests(ages: Ages) -> None:
    """As after restoring a backup from before the first erasure. A line from before there could be
    several keys gets the id of its key from a database that uses it.
    """
    ages.installation.execute("delete from integration.exclusions")
    ages.installation.execute("delete from integration.privacy_settings")
    ages.start_again()
    ages.land(*all_bodies())
    ages.back_up()
    ages.erase(EVE)
    file = erasures_file(ages.settings)
    line = json.loads(file.read_text())
    assert line["keys"] == list(ids_of([keys_of(0)]))
    file.write_text(json.dumps({**line, "keys": []}) + "\n")
    for _ in range(2):
        ages.apply_kept_erasures()
        assert [json.loads(one).get("keys") for one in file.read_text().splitlines()] == [
            [],
            line["keys"],
        ]
    ages.rotate()
    ages.erase(with_address("nobody@out.example"))
    assert len(file.read_text().splitlines()) == 3

    ages.restore(ages.backups[-1])
    for keys in (keys_of(0), NEWER[0], f"{keys_of(0)},{NEWER[0]}"):
        ages.patch.setenv("TOMBSTONE_KEY", keys)
        with pytest.raises(WrongTombstoneKey, match="recorded with a key|recorded with keys"):
            ages.land()
        with pytest.raises(WrongTombstoneKey, match="recorded with a key|recorded with keys"):
            ages.apply_kept_erasures()
    ages.use_settings(1)
    with pytest.raises(UnknownErasures):
        ages.land()
    ages.apply_kept_erasures()
    ages.land(*all_bodies())
    assert [text for text in OF_EVE if text in texts(ages)] == []
