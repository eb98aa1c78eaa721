"""Decides what happens to each delivery: its disposition, and its events if it is landed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import psycopg

from integration.privacy.releases import Releases, releases_of
from integration.zoom.envelope import Envelope, open_envelope
from integration.zoom.events import Event, UnreadableDelivery, events_of
from integration.zoom.kept_events import NOT_KEPT
from integration.zoom.sources import API, WEBHOOK

# Events from later than this after the end of an account's connection are not landed, except for
# the removal of the app, which sets the date of the erasure.
AFTER_THE_END = timedelta(hours=24)
REMOVAL = "app_deauthorized"
UNKNOWN = "no organization has connected this Zoom account"
OVER = "more than a day after the Zoom account was disconnected"
NOT_RELEASED = "not_released"


@dataclass(frozen=True)
class Delivery:
    delivery_id: int
    received_at: datetime
    body: bytes
    source: str = WEBHOOK


@dataclass(frozen=True)
class Decision:
    """The disposition of one delivery. The database changes `landed` to `duplicate` if the events
    are known.
    """

    delivery: Delivery
    disposition: str
    reason: str | None = None
    organization_id: str = "-"
    zoom_account_id: str | None = None
    events: tuple[Event, ...] = ()
    keeps_body: bool = True  # applies to quarantined deliveries only


@dataclass(frozen=True)
class Account:
    """The organization of a Zoom account, when its newest connection ended, if it has, and when
    the organization has released its data.
    """

    organization_id: str
    ended_at: datetime | None
    releases: Releases

    def has_ended_at(self, occurred_at: datetime | None) -> bool:
        return (
            self.ended_at is not None
            and occurred_at is not None
            and occurred_at - self.ended_at > AFTER_THE_END
        )


def decide(connection: psycopg.Connection, waiting: Sequence[Delivery]) -> list[Decision]:
    """One decision per delivery, in the same order. No delivery can stop the others."""
    opened = [(delivery, _open(delivery)) for delivery in waiting]
    ids = {envelope.zoom_account_id for _, envelope in opened if envelope.zoom_account_id}
    accounts = _connected(connection, sorted(ids))
    return [_decision(delivery, envelope, accounts) for delivery, envelope in opened]


def _open(delivery: Delivery) -> Envelope:
    try:
        return open_envelope(delivery.body)
    except Exception as error:  # noqa: BLE001 - an unreadable delivery must not stop the others
        return Envelope(problem=reason_of(error))


def _decision(delivery: Delivery, envelope: Envelope, accounts: dict[str, Account]) -> Decision:
    """The first case that applies: not released, unreadable envelope, event type not kept, account
    not connected, unreadable event, connection ended before the events, landed.
    """
    account = accounts.get(envelope.zoom_account_id or "")
    decision = Decision(
        delivery,
        "unknown_account",
        UNKNOWN,
        organization_id=account.organization_id if account else "-",
        zoom_account_id=envelope.zoom_account_id,
    )
    is_removal = envelope.event == REMOVAL
    if account and account.releases.is_held(delivery.received_at) and not is_removal:
        return replace(decision, disposition="ignored", reason=NOT_RELEASED)
    if envelope.problem:
        return replace(decision, disposition="quarantined", reason=envelope.problem)
    if not envelope.is_kept:
        return replace(decision, disposition="ignored", reason=NOT_KEPT)
    if account is None:
        return decision
    decision = replace(decision, reason=OVER)
    try:
        events = events_of(envelope, received_at=delivery.received_at)
    except UnreadableDelivery as unreadable:
        if account.has_ended_at(unreadable.occurred_at):
            return decision
        return replace(decision, disposition="quarantined", reason=str(unreadable))
    except Exception as error:  # noqa: BLE001 - as above
        return replace(decision, disposition="quarantined", reason=reason_of(error))
    events = [
        event
        for event in events
        if event.event == REMOVAL or not account.has_ended_at(event.occurred_at)
    ]
    if delivery.source == API:  # what was held when it happened never comes back
        events = [event for event in events if not account.releases.is_held(event.occurred_at)]
    if not events:
        return decision
    return replace(decision, disposition="landed", reason=None, events=tuple(events))


def _connected(connection: psycopg.Connection, accounts: list[str]) -> dict[str, Account]:
    rows = connection.execute(
        """
        select distinct on (zoom_account_id) zoom_account_id, organization_id, disconnected_at
        from integration.connections
        where zoom_account_id = any(%s)
        order by zoom_account_id, connected_at desc, disconnected_at desc nulls first
        """,
        [accounts],
    ).fetchall()
    releases = releases_of(connection, {organization_id for _, organization_id, _ in rows})
    return {
        zoom_account_id: Account(
            organization_id, ended_at, releases.get(organization_id, Releases())
        )
        for zoom_account_id, organization_id, ended_at in rows
    }


def reason_of(failure: Exception) -> str:
    """The error's type only: some messages quote what Zoom sent."""
    code = f" {failure.sqlstate}" if isinstance(failure, psycopg.Error) and failure.sqlstate else ""
    return f"could not be landed ({type(failure).__name__}{code})"
