"""Addresses and what is said of them: which ones wait, the settings that decide, and what moved.

It stores what `integration.identity` says, and knows none of its rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.pipeline.batches import Batch
from integration.pipeline.progress import progress
from integration.zoom.parties import fields_of

PROGRESS = "clientsights_raw.email_addresses"


@dataclass(frozen=True)
class ClassifiedAddress:
    """A row of clientsights_raw.email_addresses, in the order of its columns."""

    organization_id: str
    address: str
    person_id: str | None
    person_key: str | None
    kind: str
    host: str | None
    company_id: str | None
    company_key: str | None
    reason: str
    guessed_name: str | None
    company_name: str | None
    company_name_source: str | None
    company_skeleton: str | None
    rule_version: str
    psl_version: str


COLUMNS = tuple(field.name for field in fields(ClassifiedAddress))
# What is said of an address, without the versions of the rules that said it.
SAID = tuple(
    column
    for column in COLUMNS
    if column not in ("organization_id", "address", "rule_version", "psl_version")
)


@dataclass(frozen=True)
class Move:
    """How many addresses moved from one kind and reason to another."""

    kind_before: str
    reason_before: str
    kind_after: str
    reason_after: str
    addresses: int


def new_addresses(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """(organization, address) of events landed since the last time, and of Zoom users, that were
    not classified yet.
    """
    return connection.execute(
        """
        select distinct organization_id, address
        from (
            select
                events.organization_id,
                lower((fields ->> said.field) collate "C") collate "default" as address
            from zoom_raw.events
            cross join unnest(%s::text[]) as said (field)
            where events.batch > %s
            union all
            select organization_id, value from pipeline.settings where kind = 'zoom_user_email'
        ) as seen
        where address is not null
            and not exists (
                select from clientsights_raw.email_addresses as known
                where known.organization_id = seen.organization_id and known.address = seen.address
            )
        order by organization_id, address
        """,
        [fields_of("email"), progress(connection, PROGRESS)],
    ).fetchall()


def known_addresses(
    connection: psycopg.Connection, organization_id: str | None = None
) -> list[tuple[str, str]]:
    """(organization, address) of every classified address, of one organization or of all."""
    return connection.execute(
        """
        select organization_id, address from clientsights_raw.email_addresses
        where %(organization)s::text is null or organization_id = %(organization)s
        order by organization_id, address
        """,
        {"organization": organization_id},
    ).fetchall()


def addresses_of(
    connection: psycopg.Connection,
    organization_id: str,
    *,
    person_keys: Iterable[str],
    domains: Iterable[str],
) -> list[tuple[str, str]]:
    """(organization, address) of those with one of the keys, at or below one of the domains, or of
    a company of that domain. Keyless addresses of users are found by their text.
    """
    return connection.execute(
        """
        select distinct organization_id, address
        from clientsights_raw.email_addresses
        where organization_id = %(organization)s
            and (
                person_key = any(%(keys)s)
                or address = any(%(keys)s)
                or company_key = any(%(domains)s)
                or exists (
                    select from unnest(%(domains)s::text[]) as domain
                    where host = domain or right(host, length(domain) + 1) = '.' || domain
                )
            )
        order by organization_id, address
        """,
        {
            "organization": organization_id,
            "keys": list(person_keys),
            "domains": list(domains),
        },
    ).fetchall()


def stage(connection: psycopg.Connection, rows: Iterable[ClassifiedAddress]) -> int:
    """Puts the rows beside the table, where `moves` and `apply` find them; returns how many.

    Ends with the transaction.
    """
    connection.execute(
        SQL("""
        create temporary table classified on commit drop as
        select {columns} from clientsights_raw.email_addresses limit 0
        """).format(columns=_listed(COLUMNS))
    )
    count = 0
    with connection.cursor().copy("copy classified from stdin") as copy:
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the last count is the result
            copy.write_row([getattr(row, column) for column in COLUMNS])
    return count


def moves(connection: psycopg.Connection) -> list[Move]:
    """Which staged addresses would get another key, kind or company, by kind and reason."""
    return [
        Move(*row)
        for row in connection.execute(
            SQL("""
            select known.kind, known.reason, classified.kind, classified.reason, count(*)
            {moved}
            group by known.kind, known.reason, classified.kind, classified.reason
            order by count(*) desc, known.kind, known.reason, classified.kind, classified.reason
            """).format(moved=_MOVED)
        )
    ]


def apply(connection: psycopg.Connection, batch: Batch) -> int:
    """Takes over what is staged: reports the addresses that moved, names their sessions' cause
    among the changed settings, and returns how many addresses are new or said otherwise.
    """
    connection.execute(
        SQL("""
        insert into clientsights_raw.email_address_moves (
            organization_id, address, batch, moved_at, person_key_before, person_key_after,
            kind_before, kind_after, company_key_before, company_key_after, reason_before,
            reason_after
        )
        select
            known.organization_id, known.address, %s, %s, known.person_key, classified.person_key,
            known.kind, classified.kind, known.company_key, classified.company_key, known.reason,
            classified.reason
        {moved}
        on conflict do nothing
        """).format(moved=_MOVED),
        [batch.number, batch.as_of],
    )
    connection.execute(
        SQL("""
        insert into pipeline.setting_changes
            (organization_id, kind, subject, value, zoom_account_id, batch, changed)
        select known.organization_id, 'email_address', known.address, '', '', %s, '{{(,)}}'
        {moved}
        """).format(moved=_MOVED),
        [batch.number],
    )
    written = connection.execute(
        SQL("""
        insert into clientsights_raw.email_addresses as known ({columns}, batch)
        select {columns}, %s from classified
        on conflict (organization_id, address) do update set
            ({said}, batch) = row({new}, excluded.batch)
        where ({old}) is distinct from ({new})
        """).format(
            columns=_listed(COLUMNS),
            said=_listed(SAID),
            old=_listed(SAID, of="known"),
            new=_listed(SAID, of="excluded"),
        ),
        [batch.number],
    ).rowcount
    connection.execute(
        """
        update clientsights_raw.email_addresses as known
        set rule_version = classified.rule_version, psl_version = classified.psl_version
        from classified
        where (known.organization_id, known.address)
                = (classified.organization_id, classified.address)
            and (known.rule_version, known.psl_version)
                <> (classified.rule_version, classified.psl_version)
        """
    )
    return written


def _listed(columns: Iterable[str], *, of: str | None = None) -> Composed:
    names = (Identifier(of, column) if of else Identifier(column) for column in columns)
    return SQL(", ").join(names)


def in_organizations(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Pairs grouped by organization; they come in its order."""
    organization: str | None = None
    addresses: list[str] = []
    for key, address in pairs:
        if key != organization:
            if organization is not None:
                yield organization, addresses
            organization, addresses = key, []
        addresses.append(address)
    if organization is not None:
        yield organization, addresses


_MOVED = SQL("""
    from classified
    inner join clientsights_raw.email_addresses as known using (organization_id, address)
    where (known.person_key, known.kind, known.company_key)
        is distinct from (classified.person_key, classified.kind, classified.company_key)
""")
