"""What others see while `rotate-key tombstone` adds a key to all digests, and just after."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.database.postgres import connect, transaction
from integration.pipeline.tombstone_key import keys_to_add, use_newer_keys
from integration.privacy import tombstone_keys
from integration.privacy.added_keys import lock_recorded_keys, replace_recorded_keys
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.privacy.subjects import with_address
from integration.privacy.tombstone_keys import KeysAreBeingReplaced, ids_of, recorded_keys
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.privacy.ages import NEWER, Ages, of_all_ages
from tests.privacy.eve import ACCOUNT, ANN, KEY

BOTH = (NEWER[0], TOMBSTONE_KEY)
DEV_SCHEMAS = "select nspname from pg_namespace where nspname like 'dev%' order by 1"


@pytest.fixture
def ages(installation: Installation, home: Path) -> Iterator[Ages]:
    """Eve is erased with the older key, and the setting has a newer one."""
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    with of_all_ages(installation, home) as ages:
        ages.start_again()
        ages.erase(with_address(KEY))
        ages.newest = 1
        ages.use_settings(1)
        yield ages


def test_whoever_waits_for_a_rotation_finds_the_newer_keys(ages: Ages) -> None:
    with transaction(ages.installation.url) as owner, connect(ages.installation.url) as other:
        lock_recorded_keys(owner)
        replace_recorded_keys(owner, BOTH)
        ages.patch.setattr(tombstone_keys, "sleep", lambda _: owner.commit())
        assert recorded_keys(other) == ids_of(BOTH)


def test_no_one_waits_for_a_rotation_without_limit(ages: Ages) -> None:
    ages.patch.setattr(tombstone_keys, "WAIT_SECONDS", 0.2)
    url = ages.installation.url
    with transaction(url) as owner:
        lock_recorded_keys(owner)
        replace_recorded_keys(owner, BOTH)
        with connect(url) as other, pytest.raises(KeysAreBeingReplaced, match="Try again then"):
            recorded_keys(other)
        assert keys_to_add(ages.settings, url) == NEWER[:1]  # it only reads
    with connect(url) as first, connect(url) as second:  # those who compare do not wait
        assert recorded_keys(first) == recorded_keys(second) == ids_of(BOTH)


def test_schemas_of_dbt_are_dropped_only_if_keys_are_added(ages: Ages) -> None:
    url, said = ages.installation.url, list[str]()
    with connect(url, role="pipeline", autocommit=True) as pipeline:
        pipeline.execute("create schema dev_pipeline")
    ages.patch.setenv("TOMBSTONE_KEY", "k" * 40)
    with pytest.raises(WrongTombstoneKey):
        use_newer_keys(ages.settings, url, say=said.append)
    assert ages.installation.execute(DEV_SCHEMAS) == [("dev_pipeline",)]
    ages.use_settings(1)
    added = use_newer_keys(ages.settings, url, say=said.append)
    assert added is not None
    assert added.tombstones > 0
    assert ages.installation.execute(DEV_SCHEMAS) == []
    assert said == ["Dropped the schemas of `worksights-zoom dbt`: dev_pipeline."]
    with connect(url, role="pipeline", autocommit=True) as pipeline:
        pipeline.execute("create schema dev_pipeline")
    assert use_newer_keys(ages.settings, url, say=said.append) is None
    assert ages.installation.execute(DEV_SCHEMAS) == [("dev_pipeline",)]
