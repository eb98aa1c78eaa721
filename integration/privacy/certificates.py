"""The certificate of an erasure: what was removed, searched and found, but not whose it was."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb

from integration.database import rows
from integration.database.audit_trail import record_change
from integration.quantities import quantity


@dataclass(frozen=True)
class Asked:
    """Who asked for an erasure (`command:LOGIN`, `job:NAME`), and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Certificate:
    """One erasure. What an erasure before certificates existed did not record is None, and so is
    what follows `done_at` until it is verified.
    """

    erasure_id: int
    organization_id: str
    zoom_account_id: str | None
    is_of_organization: bool
    removed: Mapping[str, int]
    erased_at: datetime
    asked_by: str | None
    asked_at: datetime | None
    done_at: datetime | None
    columns_searched: int | None
    values_left: int | None
    topics_left: int | None
    backups_until: date | None


def record_erasure(
    connection: psycopg.Connection,
    organization_id: str,
    removed: Counter[str],
    asked: Asked,
    *,
    zoom_account_id: str | None = None,
    is_of_organization: bool = False,
) -> int:
    """Records that data was erased, and how much, but not which person. Returns the id."""
    kind = "account_erased" if zoom_account_id else "person_erased"
    erasure_id = rows.scalar(
        connection,
        int,
        """
        insert into integration.erasures
            (organization_id, zoom_account_id, is_of_organization, removed, asked_by, asked_at)
        values (%s, %s, %s, %s, %s, %s)
        returning erasure_id
        """,
        [
            organization_id,
            zoom_account_id,
            is_of_organization,
            Jsonb({table: count for table, count in removed.items() if count}),
            asked.by,
            asked.at,
        ],
    )
    record_change(
        connection,
        organization_id=organization_id,
        user_id=asked.by,
        kind="organization_erased" if is_of_organization else kind,
        subject=str(erasure_id),
    )
    return erasure_id


def complete(
    connection: psycopg.Connection,
    erasure_id: int,
    *,
    searched: int,
    left: int,
    topics: int,
    now: datetime,
    backup_days: int,
) -> Certificate:
    """Records the result of the verification at `now`, and returns the certificate."""
    connection.execute(
        """
        update integration.erasures
        set done_at = %s, columns_searched = %s, values_left = %s, topics_left = %s,
            backups_until = %s
        where erasure_id = %s
        """,
        [now, searched, left, topics, (now + timedelta(days=backup_days)).date(), erasure_id],
    )
    certificate = certificate_of(connection, erasure_id)
    if certificate is None:
        raise LookupError("the erasure was not recorded")
    return certificate


def incomplete(
    connection: psycopg.Connection, zoom_account_ids: Collection[str]
) -> list[tuple[str, int]]:
    """(zoom_account_id, erasure_id) of the erasures of these accounts that have no result: also
    earlier ones after which the tables could not be derived.
    """
    return connection.execute(
        """
        select zoom_account_id, erasure_id from integration.erasures
        where zoom_account_id = any(%s) and asked_at is not null and done_at is null
        order by erasure_id
        """,
        [list(zoom_account_ids)],
    ).fetchall()


def incomplete_of_organization(connection: psycopg.Connection, organization_id: str) -> list[int]:
    """The erasures of the organization that have no result."""
    return rows.scalars(
        connection,
        int,
        """
        select erasure_id from integration.erasures
        where organization_id = %s and is_of_organization and done_at is null
        order by erasure_id
        """,
        [organization_id],
    )


def certificate_of(connection: psycopg.Connection, erasure_id: int) -> Certificate | None:
    """The certificate of an erasure; None if there is none with this id."""
    return rows.maybe_one(
        connection,
        Certificate,
        """
        select
            erasure_id, organization_id, zoom_account_id, is_of_organization, removed, erased_at,
            asked_by, asked_at, done_at, columns_searched, values_left, topics_left, backups_until
        from integration.erasures
        where erasure_id = %s
        """,
        [erasure_id],
    )


def lines_of(certificate: Certificate) -> Iterator[str]:
    """The certificate as text."""
    subject = "one person"
    if certificate.zoom_account_id:
        subject = f"Zoom account {certificate.zoom_account_id}"
    elif certificate.is_of_organization:
        subject = "the organization, with all its Zoom accounts and people"
    yield f"Certificate of erasure {certificate.erasure_id}"
    yield f"  Organization: {certificate.organization_id}"
    yield f"  Erased: {subject}"
    if certificate.asked_at is not None:
        yield f"  Requested at: {_time(certificate.asked_at)}"
    yield f"  Requested by: {certificate.asked_by or 'not recorded'}"
    yield f"  Removed from the source data: {_time(certificate.erased_at)}"
    for table, count in sorted(certificate.removed.items()):
        yield f"    {table}: {quantity(count, 'row')}"
    if not certificate.removed:
        yield "    nothing was found"
    yield from _result(certificate)


def _result(certificate: Certificate) -> Iterator[str]:
    if certificate.done_at is None:
        yield "  Done: not recorded. Run the same erasure again to complete and verify it."
        return
    searched, left = certificate.columns_searched or 0, certificate.values_left or 0
    yield f"  Done: {_time(certificate.done_at)}"
    yield (
        f"  Backups made before then are deleted by {certificate.backups_until}, provided that the "
        "operator deletes backups after BACKUP_DAYS."
    )
    is_of_person = not (certificate.zoom_account_id or certificate.is_of_organization)
    yield f"  Searched: {quantity(searched, 'column' if is_of_person else 'table')}"
    yield f"  Left: {quantity(left, 'value' if is_of_person else 'row')}"
    if certificate.topics_left:
        topics = quantity(certificate.topics_left, "topic")
        yield f"  Awaiting a decision: {topics} with the person's name"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
