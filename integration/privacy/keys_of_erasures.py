"""Which keys the digests in the file of erasures were made with, and how they get newer ones."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from integration.keys.recorded import USED_FOR
from integration.privacy.affiliations import marks_of
from integration.privacy.digests import Digests, has_length_for, with_newer_keys
from integration.privacy.kept_erasure import KeptErasure
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.privacy.tombstone_keys import newer_keys
from integration.quantities import noun
from integration.settings import SettingsError


def no_key(file: Path) -> SettingsError:
    """What to do if no key is set."""
    return SettingsError(
        f"TOMBSTONE_KEY is not set, but {file} has erasures of people that need it. Set the key "
        f"{USED_FOR['tombstone']}, with its newest value, for this process, too."
    )


def with_keys(
    kept: KeptErasure, wanted: tuple[str, ...], present: tuple[str, ...], file: Path
) -> KeptErasure:
    """The erasure with digests of the `wanted` keys (ids), or as it is if there are none; `present`
    are the keys that are set.
    """
    if kept.kind != "person" or not wanted:
        return kept
    made_with = kept.keys or wanted[-1:]
    if not has_length_for(kept.subject, len(made_with)):
        raise WrongTombstoneKey(
            f"{file} has an erasure with digests of other keys than the line says, so erased "
            "people would not be recognized. Restore the file from a copy."
        )
    if made_with == wanted:
        return kept
    newer = newer_keys(present, made_with)
    if newer is None and not present:
        raise no_key(file)
    if newer is None:
        raise WrongTombstoneKey(
            f"{file} has erasures that were recorded with {noun(len(made_with), 'a key', 'keys')} "
            "that TOMBSTONE_KEY lacks, so erased people would not be recognized. Restore the "
            "newest value of the setting."
        )
    return replace(
        kept,
        subject=with_newer_keys(kept.subject, newer),
        tombstones=tuple((kind, with_newer_keys(each, newer)) for kind, each in kept.tombstones),
        keys=wanted,
    )


def refuse_another_oldest_key(
    kept: Collection[KeptErasure], keys: Sequence[str], file: Path
) -> None:
    """WrongTombstoneKey if lines without the ids of keys were not made with the oldest of these
    keys, or if it cannot be said which of several it was. The database does not say it.

    The mark of a person's affiliation is made from the person's digest, so it shows the key.
    """
    unlabeled = [each for each in kept if each.kind == "person" and not each.keys]
    shown = [
        not marks.isdisjoint(marks_of(Digests((keys[-1],), each.organization_id), [each.subject]))
        for each in unlabeled
        if keys and (marks := {digest for kind, digest in each.tombstones if kind == "affiliation"})
    ]
    if not all(shown):
        raise WrongTombstoneKey(
            f"{file} has erasures that were not recorded with "
            f"{noun(len(keys), 'the key', 'the oldest key')} in TOMBSTONE_KEY, so erased people "
            "would not be recognized. Restore the newest value of the setting."
        )
    is_known = any(shown) or any(each.keys for each in kept)
    if unlabeled and len(keys) > 1 and not is_known:
        raise WrongTombstoneKey(
            f"Neither {file} nor this database says which of the keys in TOMBSTONE_KEY is the "
            "oldest. Set only that one, run `worksights-zoom migrate`, set all of them again, and "
            "run: worksights-zoom rotate-key tombstone"
        )
