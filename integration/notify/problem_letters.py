"""What a notification says, as a mail and as a webhook: no topic, no name and no count."""

from datetime import datetime
from typing import Any

import psycopg

from integration.causes.cause import Reader, Step, Words
from integration.causes.table import words_of
from integration.dates import DAY_FIRST
from integration.directory.time_zones import zone_of
from integration.notify.channels import Channels
from integration.notify.message import Letter
from integration.notify.noticed import Noticed
from integration.notify.outbox import Notification
from integration.notify.writing import letter

PAGE = "/services/zoom/notifications"
# A link in a mail leads to a page, not straight to Zoom: its button is there.
INSTEAD = {"/services/zoom/connect": "/services/zoom/connections"}


class NobodyThere(Exception):
    """The recipient is no longer an active user."""


def problem_words(one: Noticed, channels: Channels) -> Words:
    """Recipients have different rights, and mails are forwarded, so nobody gets counts."""
    reader = Reader(sees_counts=False, webhooks=f"{channels.public_url}/webhooks/zoom")
    return words_of(one.as_found, reader)


def mail_of(
    connection: psycopg.Connection,
    notification: Notification,
    cause: Noticed | None,
    channels: Channels,
    *,
    now: datetime,
) -> Letter:
    """The letter; the recipient's address is looked up now. Raises NobodyThere."""
    to, zone, organization = channels.operator, "UTC", None
    if notification.organization_id is not None:
        to, zone, organization = _user(connection, notification, now=now)
    page = f"{channels.public_url}{PAGE}"
    if cause is None:
        return letter("test", to=to, organization=organization, page=page)
    words = problem_words(cause, channels)
    return letter(
        "problem",
        to=to,
        title=words.title,
        what=words.text,
        lost=words.lost,
        step=words.step.label if words.step else None,
        link=f"{channels.public_url}{_page(words.step)}" if words.step else None,
        since=DAY_FIRST.long_at(cause.since.astimezone(zone_of(zone))),
        organization=organization,
        page=page,
    )


def webhook_of(
    notification: Notification, cause: Noticed | None, channels: Channels
) -> dict[str, Any]:
    """The content of a webhook."""
    about: dict[str, Any] = {}
    if cause is not None:
        words = problem_words(cause, channels)
        about = {
            "cause": cause.cause,
            "subject": cause.subject or None,
            "since": cause.since.isoformat(),
            "title": words.title,
            "text": words.text,
            "lost": words.lost,
        }
    return {
        "type": "zoom.problem" if cause else "zoom.test",
        "timestamp": notification.created_at.isoformat(),
        "data": {
            "organization_id": notification.organization_id,
            "page": f"{channels.public_url}{PAGE}" if notification.organization_id else None,
            **about,
        },
    }


def _page(step: Step) -> str:
    return INSTEAD.get(step.path, step.path)


def _user(
    connection: psycopg.Connection, notification: Notification, *, now: datetime
) -> tuple[str, str, str]:
    """(email, time zone, name of the organization)"""
    found = connection.execute(
        """
        select users.email, users.time_zone, organizations.name
        from worksights.users
        inner join worksights.organizations using (organization_id)
        where users.organization_id = %s and users.user_id = %s
            and (users.deactivated_at is null or users.deactivated_at > %s)
        """,
        [notification.organization_id, notification.user_id, now],
    ).fetchone()
    if found is None:
        raise NobodyThere
    return found[0], found[1], found[2]
