"""Stores the classified addresses and names, and the moves that result."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.identity.versions import RULE_VERSION
from integration.pipeline.addresses.deciding import ClassifiedAddress, ClassifiedName
from integration.pipeline.batches import Batch

COLUMNS = tuple(field.name for field in fields(ClassifiedAddress))
# The results of a classification, without the versions of the rules.
RESULTS = tuple(
    column
    for column in COLUMNS
    if column not in ("organization_id", "address", "rule_version", "psl_version")
)


@dataclass(frozen=True)
class Move:
    """The number of addresses that moved from one kind and reason to another."""

    kind_before: str
    reason_before: str
    kind_after: str
    reason_after: str
    addresses: int


def stage(connection: psycopg.Connection, rows: Iterable[ClassifiedAddress]) -> int:
    """Writes the rows to a temporary table that `moves` and `apply` read; returns their number.

    The table is dropped at the end of the transaction.
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
    """The staged addresses that would get another key, kind or company, by kind and reason."""
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
    """Stores the staged rows. Records the moves, adds the moved addresses to the change set, so
    that their sessions are re-derived, and returns how many addresses are new or changed.
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
            ({results}, batch) = row({new}, excluded.batch)
        where ({old}) is distinct from ({new})
        """).format(
            columns=_listed(COLUMNS),
            results=_listed(RESULTS),
            old=_listed(RESULTS, of="known"),
            new=_listed(RESULTS, of="excluded"),
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


def store_names(
    connection: psycopg.Connection,
    names: Iterable[ClassifiedName],
    *,
    batch: Batch,
) -> int:
    """Stores the names, and adds those classified differently than before to the change set, so
    that their sessions are re-derived. Returns how many are new or changed.
    """
    connection.execute(
        "create temporary table classified_names (organization_id text, display_name text, "
        "person_name text, is_notetaker boolean) on commit drop"
    )
    with connection.cursor().copy("copy classified_names from stdin") as copy:
        for name in names:
            copy.write_row(astuple(name))
    # Without statistics, Postgres plans for a thousand rows.
    connection.execute("analyze pg_temp.classified_names")
    connection.execute(
        """
        insert into pipeline.setting_changes
            (organization_id, kind, subject, value, zoom_account_id, batch, changed)
        select organization_id, 'display_name', display_name, '', '', %s, '{(,)}'
        from classified_names
        inner join clientsights_raw.display_names as known using (organization_id, display_name)
        where (known.person_name, known.is_notetaker)
            is distinct from (classified_names.person_name, classified_names.is_notetaker)
        """,
        [batch.number],
    )
    stored = connection.execute(
        """
        insert into clientsights_raw.display_names as known
            (organization_id, display_name, person_name, is_notetaker, rule_version, batch)
        select organization_id, display_name, person_name, is_notetaker, %(version)s, %(batch)s
        from classified_names
        on conflict (organization_id, display_name) do update
        set person_name = excluded.person_name, is_notetaker = excluded.is_notetaker,
            rule_version = excluded.rule_version,
            batch = excluded.batch
        where (known.person_name, known.is_notetaker)
            is distinct from (excluded.person_name, excluded.is_notetaker)
        """,
        {"version": RULE_VERSION, "batch": batch.number},
    ).rowcount
    connection.execute(
        "update clientsights_raw.display_names set rule_version = %(version)s "
        "where rule_version <> %(version)s and (organization_id, display_name) in "
        "(select organization_id, display_name from classified_names)",
        {"version": RULE_VERSION},
    )
    return stored


_MOVED = SQL("""
    from classified
    inner join clientsights_raw.email_addresses as known using (organization_id, address)
    where (known.person_key, known.kind, known.company_key)
        is distinct from (classified.person_key, classified.kind, classified.company_key)
""")
