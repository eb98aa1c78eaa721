"""What was found about erased people after a backup is known again when it is restored."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.database.postgres import connect
from integration.privacy.erasures_file import (
    UnknownErasures,
    erasures_file,
    kept_erasures,
    unknown_erasures,
)
from integration.privacy.subjects import with_address
from tests.pipeline.events import Person
from tests.pipeline.installation import Installation
from tests.privacy.ages import Ages, landed, of_all_ages, tombstones
from tests.privacy.eve import ACCOUNT, ANN, EVE_BY_ID, EVE_SIGNED_IN, KEY, SECOND, THIRD, session

FOURTH = session("four", 12)


@pytest.fixture
def ages(installation: Installation, home: Path) -> Iterator[Ages]:
    """Eve was erased by her address alone. Then a backup was made. Then she signed in, so that her
    Zoom user and the name there became known.
    """
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    with of_all_ages(installation, home) as ages:
        ages.start_again()
        ages.erase(with_address(KEY))
        ages.back_up()
        ages.land(*SECOND.whole([ANN, EVE_SIGNED_IN]))
        ages.apply_kept_erasures()  # it adds to the file, and has nothing to apply
        yield ages


def by_her_zoom_user(ages: Ages) -> str:
    """What is landed of meetings whose events have only her Zoom user, or only her name there."""
    by_name = Person(EVE_SIGNED_IN.name)
    ages.land(*THIRD.whole([ANN, EVE_BY_ID]), *FOURTH.whole([ANN, by_name]))
    return str(landed(ages.installation))


def test_identifiers_that_were_found_after_the_backup_are_recognized(ages: Ages) -> None:
    known = tombstones(ages.installation)
    ages.restore(ages.backups[-1])
    assert tombstones(ages.installation) < known
    with pytest.raises(UnknownErasures, match="1 erasure in .* is not in this database"):
        ages.land()
    ages.apply_kept_erasures()
    assert tombstones(ages.installation) == known
    found = by_her_zoom_user(ages)
    assert [text for text in ("zu-eve", "E. Ely", "Eve E. Ely") if text in found] == []
    assert ANN.name in found


def test_what_landed_before_the_file_was_put_back_is_removed(ages: Ages) -> None:
    ages.restore(ages.backups[-1])
    file = erasures_file(ages.settings)
    kept = file.read_bytes()
    file.write_bytes(kept.splitlines(keepends=True)[0])  # the copy that was made with the backup
    assert "zu-eve" in by_her_zoom_user(ages)
    file.write_bytes(kept)
    ages.apply_kept_erasures()
    found = str(landed(ages.installation))
    assert [text for text in ("zu-eve", "E. Ely", "Eve E. Ely") if text in found] == []


def test_after_newer_keys_the_same_identifiers_are_known(ages: Ages) -> None:
    ages.rotate()
    ages.restore(ages.backups[-1])
    ages.repeat_rotation()
    with pytest.raises(UnknownErasures):
        ages.land()
    ages.apply_kept_erasures()
    ages.land()
    assert "zu-eve" not in by_her_zoom_user(ages)


def test_a_digest_that_another_erased_person_has_is_known(ages: Ages) -> None:
    """Two people may have the same name; its tombstone has the first of them."""
    file = erasures_file(ages.settings)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    ages.erase(with_address("other@out.example"))
    other = json.loads(file.read_text().splitlines()[-1])
    other["tombstones"] += lines[-1]["tombstones"]
    with file.open("a") as opened:
        opened.write(json.dumps(other) + "\n")
    with connect(ages.installation.url) as connection:
        assert unknown_erasures(connection, kept_erasures(ages.settings, connection)) == []
