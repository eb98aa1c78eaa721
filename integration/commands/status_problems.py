"""Which of the facts that `status` reads need attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.causes.cause import Reader
from integration.causes.connections import cause_of_failure
from integration.causes.installation import ERASURE
from integration.causes.operator import FAILURES
from integration.causes.reported import EVENTS_ANYWHERE, SUBSCRIBE, causes_of_reported
from integration.causes.table import words_of
from integration.commands.spans import ago
from integration.commands.status_facts import Facts
from integration.notify.outbox import FailingChannel

MAIL_LATE = timedelta(minutes=15)
# The email says that `status` shows which.
NOT_DERIVED = (
    "Some sessions or tables could not be derived and keep their previous rows. They are retried "
    "when new data affects them or when the code changes. To retry them now, run: worksights-zoom "
    "rebuild"
)


@dataclass(frozen=True)
class Problem:
    """`name` is for programs and stays the same: the cause, if it is one. `text` is for people and
    may change.
    """

    name: str
    text: str


def problems_of(facts: Facts) -> list[Problem]:
    return [
        *_of_connections(facts),
        *_of_missing(facts),
        *_of_installation(facts),
        *_of_erasures(facts),
        *_of_mails(facts),
        *_of_channels(facts),
    ]


def _of_connections(facts: Facts) -> Iterator[Problem]:
    for one in facts.connections:
        if one.status == "needs_attention":
            detail = one.status_detail or "Its users could not be imported."
            account = f"Zoom account {one.zoom_account_id} of {one.organization_id}"
            cause = cause_of_failure(is_transient=one.failure_is_transient)
            yield Problem(cause, f"{account}: {detail}")


def _of_missing(facts: Facts) -> Iterator[Problem]:
    """In the words of the emails, with the IDs."""
    reader = Reader(sees_counts=True, webhooks="")
    ids = {
        one.one.connection_id: f"{one.one.zoom_account_id} of {one.one.organization_id}"
        for one in facts.missing
    }
    for cause in causes_of_reported(facts.missing):
        text = words_of(cause, reader).text
        if cause.facts.get("is_ours"):
            text = f"{text} To add them, run: {SUBSCRIBE}"
        yield Problem(cause.name, f"Zoom account {ids[cause.subject]}: {text}")


def _of_installation(facts: Facts) -> Iterator[Problem]:
    """In the words of the emails, except where `status` shows IDs."""
    reader = Reader(sees_counts=True, webhooks="")
    for one in facts.causes:
        if one.name == FAILURES:
            yield Problem(one.name, NOT_DERIVED)
        elif one.name not in (ERASURE, EVENTS_ANYWHERE):  # listed by account
            words = words_of(one, reader)
            yield Problem(one.name, f"{words.title}. {words.text}")


def _of_erasures(facts: Facts) -> Iterator[Problem]:
    for account in facts.state.erasures.overdue_accounts:
        yield Problem(
            ERASURE,
            f"Zoom account {account} removed the app, and its erasure is overdue. To erase it now, "
            f"run: worksights-zoom erase --zoom-account {account}",
        )
    for one in facts.state.erasures.requests:
        yield Problem(
            ERASURE,
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


def unsent_of(one: FailingChannel, now: datetime) -> str:
    oldest, why = ago(one.since, now), " ".join(one.reasons)
    return f"{one.waiting:,} waiting and {one.failed:,} failed, the oldest from {oldest}. {why}"
