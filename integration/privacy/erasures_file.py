"""The erasures kept outside the database: restoring a backup does not bring erased people back.

A file of JSON lines, one for each erasure, to which lines are only added. A line of a person has
the digests of their tombstones and no personal data: with TOMBSTONE_KEY, these find the person
again in whatever a backup holds. It also has the ids of the keys that made them. If keys were added
later, whoever reads the line adds them to its digests. Copies from several machines may be put
together in any order.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg

from integration.database import rows
from integration.privacy.kept_erasure import KeptErasure, erasure_in
from integration.privacy.keys_of_erasures import no_key, refuse_another_oldest_key, with_keys
from integration.privacy.tombstone_keys import (
    ids_of,
    recorded_keys,
    refuse_a_lost_record,
    require_recorded_keys,
)
from integration.quantities import noun, quantity
from integration.settings import Settings, SettingsError

FILE = "erasures.jsonl"


class UnknownErasures(SettingsError):
    """The database has people, accounts or organizations that were erased."""


def erasures_file(settings: Settings) -> Path:
    """ERASURES_FILE, or the file below the home."""
    return Path(settings.get("ERASURES_FILE") or settings.home / FILE)


def append(file: Path, erasures: Iterable[KeptErasure]) -> None:
    """Adds lines, and returns when they are on disk. If they cannot be written, the file is as it
    was: half a line would be no one's erasure, and would be refused later.
    """
    lines = "".join(each.line() for each in erasures)
    if not lines:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "ab", buffering=0, opener=partial(os.open, mode=0o600)) as opened:
        size, left = opened.tell(), lines.encode()
        try:
            while left:  # a disk that is nearly full takes a part
                left = left[opened.write(left) :]
            os.fsync(opened.fileno())
        except OSError:
            os.ftruncate(opened.fileno(), size)
            raise


def read(file: Path) -> list[KeptErasure]:
    """The erasures in the order of the file; none if there is no file. SettingsError for a line
    that cannot be read: it may be someone's erasure.
    """
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SettingsError(
            f"ERASURES_FILE: {file} cannot be read ({error.strerror}). Set it to a file that every "
            "process can read."
        ) from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(erasure_in(line))
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"Line {number} of {file} is not a valid erasure. Restore the file from a backup "
                "copy. Without it, restoring a database backup could bring back people who were "
                "erased."
            ) from error
    return found


def kept_erasures(settings: Settings, connection: psycopg.Connection) -> list[KeptErasure]:
    """The erasures of the file, with digests of the keys that the database uses, or else of those
    that are set. WrongTombstoneKey if these are not the same, or a line needs others.
    """
    return united(each for _, each in _lines(settings, connection))


def _lines(
    settings: Settings, connection: psycopg.Connection
) -> Iterator[tuple[KeptErasure, KeptErasure]]:
    """(each line of the file, the same with digests of the right keys)."""
    file, recorded = erasures_file(settings), recorded_keys(connection)
    present = settings.tombstone_keys if settings.get("TOMBSTONE_KEY") else ()
    if present:
        require_recorded_keys(connection, present)
    kept = read(file)
    if not recorded:
        refuse_another_oldest_key(kept, present, file)
    for each in kept:
        yield each, with_keys(each, recorded or ids_of(present), present, file)


def refuse_a_missing_key(settings: Settings) -> None:
    """SettingsError if the file has erasures of people, and no key is set that could recognize
    them: a new one would not.
    """
    file = erasures_file(settings)
    if not settings.get("TOMBSTONE_KEY") and any(each.kind == "person" for each in read(file)):
        raise no_key(file)


def united(erasures: Iterable[KeptErasure]) -> list[KeptErasure]:
    """One erasure for each person, with all that was found about them over time. All have digests
    of the same keys.
    """
    found: dict[tuple[str, ...], KeptErasure] = {}
    for each in erasures:
        person = (each.kind, each.organization_id, each.subject)
        key = person if each.kind == "person" else (*person, each.at.isoformat())
        known = found.get(key)
        both = {*each.tombstones, *(known.tombstones if known else ())}
        found[key] = replace(known or each, tombstones=tuple(sorted(both)))
    return list(found.values())


def unknown_erasures(
    connection: psycopg.Connection, erasures: Collection[KeptErasure]
) -> list[KeptErasure]:
    """Those that this database does not know, or has not completed, as after an older backup was
    restored. Also those of people whom it knows to be erased, if something was found about them
    that it does not know.
    """
    asked = [
        (each, kind, subject)
        for each in erasures
        for kind, subject in (
            (each.kind, each.subject),
            *(("digest", digest) for _, digest in each.tombstones),
        )
    ]
    if not asked:
        return []
    unknown = rows.scalars(
        connection,
        int,
        "select place from integration.unknown_erasures("
        "%s::text[], %s::text[], %s::text[], %s::timestamptz[]) as place order by place",
        [
            [kind for _, kind, _ in asked],
            [each.organization_id for each, _, _ in asked],
            [subject for _, _, subject in asked],
            [each.at for each, _, _ in asked],
        ],
    )
    return list(dict.fromkeys(asked[place - 1][0] for place in unknown))


def refuse_unknown_erasures(settings: Settings, connection: psycopg.Connection) -> None:
    """UnknownErasures if this database lacks one that is kept outside of it, WrongTombstoneKey if
    that cannot be said with the keys that are set.
    """
    unknown = unknown_erasures(connection, kept_erasures(settings, connection))
    if unknown:
        count = len(unknown)
        raise UnknownErasures(
            f"{quantity(count, 'erasure')} in {erasures_file(settings)} {noun(count, 'is', 'are')} "
            "not in this database, which happens after a backup is restored. To apply "
            f"{noun(count, 'it', 'them')}, run: worksights-zoom migrate"
        )


def kept_people(connection: psycopg.Connection) -> list[KeptErasure]:
    """A line for each person whom this database knows to be erased. WrongTombstoneKey if it does
    not say which keys their tombstones were made with.
    """
    keys = recorded_keys(connection)
    if not keys:
        refuse_a_lost_record(connection)
    found = connection.execute(
        """
        select organization_id, person, min(erased_at), array_agg(kind), array_agg(digest)
        from integration.tombstones
        where exclusion_id = 0
        group by organization_id, person
        order by min(erased_at)
        """
    ).fetchall()
    return [
        KeptErasure(
            "person", organization, person, at, tuple(zip(kinds, digests, strict=True)), keys
        )
        for organization, person, at, kinds, digests in found
    ]


def kept_accounts(connection: psycopg.Connection) -> list[KeptErasure]:
    """A line for each erased account and organization."""
    found = connection.execute(
        """
        select
            case when is_of_organization then 'organization' else 'account' end,
            organization_id,
            case when is_of_organization then organization_id else zoom_account_id end,
            asked_at
        from integration.erasures
        where asked_at is not null and (is_of_organization or zoom_account_id is not null)
        order by erasure_id
        """
    ).fetchall()
    return [KeptErasure(*row) for row in found]


def keep_all(settings: Settings, connection: psycopg.Connection) -> None:
    """Adds what this database knows and the file does not have: a new erasure before it is
    committed, what was found about an erased person since, the ids of the keys where a line has
    none, and everything where the file is new. SettingsError if ERASURES_FILE cannot be written.
    """
    file = erasures_file(settings)
    people: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    others = set()
    for line, each in _lines(settings, connection):
        if each.kind != "person":
            others.add(each)
        elif line.keys:
            people[each.organization_id, each.subject] |= set(each.tombstones)
    new_people = [
        each
        for each in kept_people(connection)
        if not set(each.tombstones) <= people[each.organization_id, each.subject]
    ]
    new = [*new_people, *(one for one in kept_accounts(connection) if one not in others)]
    try:
        append(file, new)
    except OSError as error:
        raise SettingsError(
            f"Cannot write {file} ({error.strerror}). Set ERASURES_FILE to a file that this user "
            "can write to."
        ) from error
