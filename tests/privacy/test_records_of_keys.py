"""A record of the keys, or a file of erasures, from another time than the digests lets nobody back:
everything that compares refuses.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.privacy.erasures_file import UnknownErasures, erasures_file
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.privacy.subjects import with_address, with_number
from integration.privacy.tombstone_keys import ids_of
from integration.settings import SettingsError
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.privacy.ages import NEWER, Ages, keys_of, landed, of_all_ages, tombstones
from tests.privacy.callers import DIGITS, calls
from tests.privacy.eve import ACCOUNT, ANN, KEY, everything

EVE, CALLER = with_address(KEY), with_number(DIGITS)
OTHER = "k" * 40
WRONG_RECORD = (
    "The tombstones were made with keys other than the TOMBSTONE_KEY that integration.keys"
)


@pytest.fixture
def ages(installation: Installation, home: Path) -> Iterator[Ages]:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    with of_all_ages(installation, home) as ages:
        ages.start_again()
        yield ages


def record(ages: Ages, *keys: str) -> None:
    """As someone may write it, or restore it from a backup of another time."""
    ages.installation.execute("delete from integration.keys")
    ages.installation.execute(
        "insert into integration.keys (purpose, key_id, process) "
        "values ('tombstone', %s, 'pipeline')",
        [",".join(ids_of(keys))],
    )


def use(ages: Ages, *keys: str) -> None:
    ages.patch.setenv("TOMBSTONE_KEY", ",".join(keys))


def unlabel(ages: Ages) -> None:
    """The file, as it was before there could be several keys."""
    file = erasures_file(ages.settings)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps({**line, "keys": []}) + "\n" for line in lines))


@pytest.mark.parametrize(
    "recorded",
    [(TOMBSTONE_KEY,), (OTHER,), (OTHER, TOMBSTONE_KEY), (OTHER, NEWER[0], TOMBSTONE_KEY)],
    ids=["from before the rotation", "another", "another newer one", "one too many"],
)
def test_a_record_that_does_not_fit_the_tombstones_is_refused(
    recorded: tuple[str, ...], ages: Ages
) -> None:
    ages.erase(EVE)
    ages.rotate()
    before = tombstones(ages.installation)
    erasures_file(ages.settings).unlink()
    record(ages, *recorded)
    use(ages, *recorded)
    for act in (lambda: ages.land(*everything()), lambda: ages.erase(CALLER)):
        with pytest.raises(WrongTombstoneKey, match=WRONG_RECORD):
            act()
    for keys in (recorded, ("n" * 40, *recorded)):
        use(ages, *keys)
        with pytest.raises(WrongTombstoneKey, match=WRONG_RECORD):
            ages.repeat_rotation()
    assert landed(ages.installation) == {}
    assert tombstones(ages.installation) == before


def test_lines_without_the_ids_of_keys_are_compared_with_the_mark_of_a_person(ages: Ages) -> None:
    """The caller has one. The database has no record, as before the first erasure."""
    ages.back_up()
    ages.erase(CALLER)
    ages.erase(EVE)
    unlabel(ages)
    ages.restore(ages.backups[-1])
    for keys in ((OTHER,), (TOMBSTONE_KEY, OTHER), (OTHER, NEWER[0])):
        use(ages, *keys)
        for act in (ages.land, ages.apply_kept_erasures):
            with pytest.raises(WrongTombstoneKey, match="that were not recorded with the "):
                act()
    use(ages, OTHER, TOMBSTONE_KEY)
    with pytest.raises(UnknownErasures):
        ages.land()
    ages.apply_kept_erasures()
    ages.land(*everything())
    assert KEY not in str(landed(ages.installation)).lower()


def test_lines_that_show_no_key_need_a_setting_with_one(ages: Ages) -> None:
    """Eve has no mark, because she is external."""
    ages.back_up()
    ages.erase(EVE)
    unlabel(ages)
    ages.restore(ages.backups[-1])
    for keys in ((TOMBSTONE_KEY, OTHER), (OTHER, TOMBSTONE_KEY)):
        use(ages, *keys)
        with pytest.raises(WrongTombstoneKey, match="says which of the keys in TOMBSTONE_KEY is"):
            ages.apply_kept_erasures()
    use(ages, TOMBSTONE_KEY)
    ages.apply_kept_erasures()
    ages.rotate()
    ages.land(*everything())
    assert KEY not in str(landed(ages.installation)).lower()


def test_nothing_is_added_to_the_file_without_a_record(ages: Ages) -> None:
    ages.erase(EVE)
    file = erasures_file(ages.settings)
    file.unlink()
    ages.installation.execute("delete from integration.keys")
    with pytest.raises(WrongTombstoneKey, match="integration.keys does not say which"):
        ages.apply_kept_erasures()
    assert not file.exists()


def test_a_line_with_the_ids_of_other_keys_than_its_digests_have_is_refused(ages: Ages) -> None:
    ages.erase(EVE)
    ages.rotate()
    file = erasures_file(ages.settings)
    line = json.loads(file.read_text())
    file.write_text(json.dumps({**line, "keys": list(ids_of(keys_of(1).split(",")))}) + "\n")
    with pytest.raises(WrongTombstoneKey, match="digests of other keys than the line says"):
        ages.land()


def test_without_a_key_the_file_says_that_one_is_needed(ages: Ages) -> None:
    """The lines are older than the rotation, as for a page that had no key."""
    ages.erase(EVE)
    ages.rotate()
    use(ages, "")
    with pytest.raises(SettingsError, match="TOMBSTONE_KEY is not set, but .* that need it"):
        ages.land()


@pytest.mark.parametrize(
    "value", ["short", f"{OTHER},{OTHER}", f"half,{OTHER}"], ids=["short", "twice", "with a comma"]
)
def test_a_setting_that_cannot_be_used_quarantines_nothing(value: str, ages: Ages) -> None:
    """Before the first digest, nothing else needs it."""
    ages.installation.execute(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('firm', 'phone_numbers', 'masked')"
    )
    use(ages, value)
    with pytest.raises(SettingsError, match="TOMBSTONE_KEY"):
        ages.land(*calls())
    ((dispositions,),) = ages.installation.execute(
        "select array_agg(distinct disposition) from ingress.deliveries"
    )
    assert dispositions == ["waiting"]
