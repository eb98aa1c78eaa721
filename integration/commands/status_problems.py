"""Which of the facts that `status` reads need attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.causes.cause import Reader
from integration.causes.installation import WITHOUT_IDS
from integration.causes.table import words_of
from integration.causes.updates import causes_of_updates
from integration.commands.spans import ago
from integration.commands.status_facts import Facts
from integration.notify.outbox import FailingChannel

MAIL_LATE = timedelta(minutes=15)


@dataclass(frozen=True)
class Problem:
    """`name` is for programs and stays the same; `text` is for people and may change."""

    name: str
    text: str


def problems_of(facts: Facts) -> list[Problem]:
    return [
        *_of_connections(facts),
        *_of_batches(facts),
        *_of_audit(facts),
        *_of_erasures(facts),
        *_of_mails(facts),
        *_of_channels(facts),
        *_of_failures(facts),
        *_of_installation(facts),
    ]


def _of_connections(facts: Facts) -> Iterator[Problem]:
    for one in facts.connections:
        if one.status == "needs_attention":
            detail = one.status_detail or "Its users could not be imported."
            account = f"Zoom account {one.zoom_account_id} of {one.organization_id}"
            yield Problem("connection_needs_attention", f"{account}: {detail}")


def _of_batches(facts: Facts) -> Iterator[Problem]:
    """Reports that the last batch failed, or that one should have run by now."""
    now, oldest = facts.at, facts.state.backlog.oldest_received_at
    in_use = facts.state.connections.connected_at
    late = causes_of_updates(
        facts.state.batches, waiting_since=oldest, connected_at=in_use, now=now
    )
    states = {one.facts["state"] for one in late}
    if "failed" in states:
        failed = ago(facts.state.batches.last_failed_at, now)
        text = f"The last batch failed {failed}. See Runs in the Dagster UI."
        yield Problem("batch_failed", text)
    if "waiting" in states:
        yield Problem(
            "deliveries_waiting",
            f"The oldest waiting delivery was received {ago(oldest, now)}. Check that the Dagster "
            "daemon is running.",
        )
    if "idle" in states:
        yield Problem(
            "no_batch",
            "No batch has finished for several hours. Check that the Dagster daemon is running.",
        )


def _of_audit(facts: Facts) -> Iterator[Problem]:
    if facts.state.audit.failed_since is not None:
        yield Problem(
            "audit_failed",
            "The nightly audit of all tables failed. It found a difference or could not finish. "
            "To see what differs, run: worksights-zoom rebuild --check",
        )


def _of_erasures(facts: Facts) -> Iterator[Problem]:
    for account in facts.state.erasures.overdue_accounts:
        yield Problem(
            "erasure_overdue",
            f"Zoom account {account} removed the app, and its erasure is overdue. To erase it now, "
            f"run: worksights-zoom erase --zoom-account {account}",
        )
    for one in facts.state.erasures.requests:
        yield Problem(
            "erasure_requested",
            f"User {one.user_id} of {one.organization_id} asked for erasure, which is due by "
            f"{one.due_at:%Y-%m-%d %H:%M %Z}. "
            + ("Deactivate the user, then run" if one.is_active else "Run")
            + f": worksights-zoom erase --email EMAIL --organization {one.organization_id}",
        )


def _of_mails(facts: Facts) -> Iterator[Problem]:
    """Ignores single emails that a server refused: their recipients' addresses are wrong."""
    mails = facts.mails
    if mails.oldest_at is not None and mails.oldest_at <= facts.at - MAIL_LATE:
        why = " ".join(mails.waiting_reasons)
        why = why or "No process is sending it. Check that SMTP_URL is set."
        waiting = ago(mails.oldest_at, facts.at)
        yield Problem("mail_waiting", f"The oldest waiting email is from {waiting}. {why}")


def _of_channels(facts: Facts) -> Iterator[Problem]:
    """Reports a channel once it has failed for MAIL_LATE: a receiver may just be restarting."""
    for one in facts.channels:
        if one.since < facts.at - MAIL_LATE:
            unsent = unsent_of(one, facts.at)
            text = f"Notifications are not arriving ({one.channel}): {unsent}"
            yield Problem("notifications_failing", text)


def _of_failures(facts: Facts) -> Iterator[Problem]:
    if facts.state.failures:
        yield Problem(
            "not_derived",
            "Some sessions or tables could not be derived and keep their previous rows. They are "
            "retried when new data affects them or when the code changes. To retry them now, run: "
            "worksights-zoom rebuild",
        )


def _of_installation(facts: Facts) -> Iterator[Problem]:
    """In the words of the emails. The functions above report the other causes with IDs."""
    reader = Reader(sees_counts=True, webhooks="")
    for one in facts.causes:
        if one.name in WITHOUT_IDS:
            words = words_of(one, reader)
            yield Problem(one.name, f"{words.title}. {words.text}")


def unsent_of(one: FailingChannel, now: datetime) -> str:
    oldest, why = ago(one.since, now), " ".join(one.reasons)
    return f"{one.waiting:,} waiting and {one.failed:,} failed, the oldest from {oldest}. {why}"
