"""Stores what was decided about addresses and names, and what moved by it."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.identity.versions import RULE_VERSION
from integration.pipeline.addresses.deciding import ClassifiedAddress, JudgedName
from integration.pipeline.batches import Batch

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


def store_names(
    connection: psycopg.Connection,
    names: Iterable[JudgedName],
    *,
    batch: Batch,
) -> int:
    """Stores (organization, display name, person's name, whether it is a note-taker's); those that
    are judged otherwise than before are named among the changed settings. Returns how many are new
    or differ.
    """
    connection.execute(
        "create temporary table judged (organization_id text, display_name text, "
        "person_name text, is_notetaker boolean) on commit drop"
    )
    with connection.cursor().copy("copy judged from stdin") as copy:
        for name in names:
            copy.write_row(astuple(name))
    connection.execute("analyze pg_temp.judged")  # else a thousand names are planned for
    connection.execute(
        """
        insert into pipeline.setting_changes
            (organization_id, kind, subject, value, zoom_account_id, batch, changed)
        select organization_id, 'display_name', display_name, '', '', %s, '{(,)}'
        from judged
        inner join clientsights_raw.display_names as known using (organization_id, display_name)
        where (known.person_name, known.is_notetaker)
            is distinct from (judged.person_name, judged.is_notetaker)
        """,
        [batch.number],
    )
    stored = connection.execute(
        """
        insert into clientsights_raw.display_names as known
            (organization_id, display_name, person_name, is_notetaker, rule_version, batch)
        select organization_id, display_name, person_name, is_notetaker, %(version)s, %(batch)s
        from judged
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
        "(select organization_id, display_name from judged)",
        {"version": RULE_VERSION},
    )
    return stored


_MOVED = SQL("""
    from classified
    inner join clientsights_raw.email_addresses as known using (organization_id, address)
    where (known.person_key, known.kind, known.company_key)
        is distinct from (classified.person_key, classified.kind, classified.company_key)
""")
