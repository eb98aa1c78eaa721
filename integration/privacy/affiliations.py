"""On whose side an erased person was. Their participants keep it, without a name, so that the hours
that colleagues spent with outsiders stay what they were (contract, 5.14).

Who was a colleague has a mark among the tombstones, because events that arrive later do not say so.
So has somebody without an address and a Zoom user, who was external at most in calls. Everybody
else was external.
"""

from collections.abc import Collection, Iterable

import psycopg

from integration.privacy.digests import Digests
from integration.privacy.redaction import Affiliation, Tombstone

MARKS: tuple[Affiliation, ...] = ("unknown", "internal")


def new_marks(
    connection: psycopg.Connection, digests: Digests, tombstones: Iterable[Tombstone]
) -> set[Tombstone]:
    """The marks of the people of new tombstones: of colleagues as things stand, and of those who
    are known by their number itself.
    """
    found = [each for each in tombstones if each.value]
    ours = _ours(
        connection,
        digests.organization_id,
        keys=[each.value for each in found if each.kind == "person_key"],
        zoom_user_ids=[each.value for each in found if each.kind == "zoom_user_id"],
    )
    return {
        _mark(digests, each.person, "internal", exclusion_id=each.exclusion_id)
        for each in found
        if each.kind == "user_id" or (each.kind, each.value) in ours
    } | {
        _mark(digests, each.person, "unknown", exclusion_id=each.exclusion_id)
        for each in found
        if each.kind == "phone_number" and each.person == each.digest
    }


def mark_as_unknown(digests: Digests, person: str) -> Tombstone:
    """The mark of a participant who had nothing but a name."""
    return _mark(digests, person, "unknown")


def marks_of(digests: Digests, people: Collection[str]) -> dict[str, tuple[str, Affiliation]]:
    """Digest -> (person, affiliation): the marks that these people may have. A colleague is one
    whatever else is known, so that comes last.
    """
    return {
        _mark(digests, person, affiliation).digest: (person, affiliation)
        for affiliation in MARKS
        for person in people
    }


def _mark(
    digests: Digests, person: str, affiliation: Affiliation, *, exclusion_id: int = 0
) -> Tombstone:
    digest = digests.of(f"affiliation_{affiliation}", person)
    return Tombstone("affiliation", digest, person, "", exclusion_id)


def _ours(
    connection: psycopg.Connection,
    organization_id: str,
    *,
    keys: list[str],
    zoom_user_ids: list[str],
) -> set[tuple[str, str]]:
    """(kind of tombstone, value) of WorkSights users, addresses at own domains, Zoom users who are
    mapped, and imported ones without an email.
    """
    if not keys and not zoom_user_ids:
        return set()
    return set(
        connection.execute(
            """
            select 'person_key', keys.value
            from unnest(%(keys)s::text[]) as keys (value)
            where exists (
                    select from worksights.users
                    where users.organization_id = %(organization)s
                        and lower(btrim(users.email) collate "C") = keys.value
                )
                or exists (
                    select from clientsights_raw.email_addresses as addresses
                    where addresses.organization_id = %(organization)s
                        and addresses.address = keys.value
                        and addresses.kind in ('user', 'internal')
                )
                or exists (
                    select from pipeline.settings
                    where settings.organization_id = %(organization)s
                        and settings.kind = 'own_domain'
                        and facts.matches_address_or_domain(keys.value, settings.subject)
                )
            union all
            select 'zoom_user_id', ids.value
            from unnest(%(ids)s::text[]) as ids (value)
            where exists (
                select from pipeline.settings
                where settings.organization_id = %(organization)s
                    and settings.subject = ids.value
                    and (
                        settings.kind = 'zoom_user_without_email'
                        or settings.kind = 'mapping' and settings.value <> ''
                            and upper_inf(settings.valid)
                    )
            )
            """,
            {"organization": organization_id, "keys": keys, "ids": zoom_user_ids},
        ).fetchall()
    )
