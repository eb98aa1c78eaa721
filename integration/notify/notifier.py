"""Sends the waiting notifications over their channels. Any number of processes may do it at once.

A mail is sent at most once, as in `sender.py`. A webhook is sent until the receiver has confirmed
it, each time with the same id.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from integration.database.own_organization import limit_to
from integration.notify import outbox
from integration.notify.channels import Channels
from integration.notify.message import NotAnAddress, message_of, recipient
from integration.notify.noticed import Noticed, noticed_of
from integration.notify.outbox import Channel, Notification
from integration.notify.problem_letters import NobodyThere, mail_of, webhook_of
from integration.notify.sender import INTERNAL_ERROR, NO_ADDRESS
from integration.notify.smtp import NotNow, NotSent, ServerUnusable, deliver
from integration.notify.webhook import post

logger = logging.getLogger(__name__)

ENDED = "The problem ended before the message was sent."
NOBODY = "The recipient is no longer an active user."


@dataclass(frozen=True)
class Notifier:
    """`transaction` opens a short transaction; none is open while a server is waited for."""

    transaction: Callable[[], AbstractContextManager[psycopg.Connection]]
    channels: Channels
    clock: Callable[[], datetime]

    def send_waiting(self, *, is_stopped: Callable[[], bool] = lambda: False) -> int:
        """Sends what is due. A channel whose server is unusable is left until its next pause ends;
        the other one continues. Returns how many were sent.
        """
        with self.transaction() as connection:
            outbox.give_up(connection, now=self.clock())
        open_channels: list[Channel] = self.channels.names
        sent = 0
        while open_channels and not is_stopped():
            with self.transaction() as connection:
                one = outbox.take(connection, channels=open_channels, now=self.clock())
            if one is None:
                break
            try:
                sent += self._send(one)
            except ServerUnusable as error:
                self._put_off(one, error.reason)
                with self.transaction() as connection:
                    outbox.put_off_channel(connection, like=one, reason=error.reason)
                open_channels.remove(one.channel)
        return sent

    def _send(self, one: Notification) -> int:
        """Sends one notification, or stores why not. Returns how many were sent: 1 or 0."""
        try:
            with self.transaction() as connection:
                cause = noticed_of(connection, one.cause_id) if one.cause_id else None
            if cause is not None and cause.ended_at is not None:
                return self._finish(one, "dropped", ENDED)
            if one.channel == "webhook":
                self._post(one, cause)
            else:
                self._mail(one, cause)
        except (psycopg.OperationalError, ServerUnusable):
            raise
        except NobodyThere:
            return self._finish(one, "dropped", NOBODY)
        except NotAnAddress:
            return self._finish(one, "failed", NO_ADDRESS)
        except NotNow as error:
            return self._put_off(one, error.reason)
        except NotSent as error:
            return self._finish(one, "failed", error.reason)
        except Exception as error:  # noqa: BLE001  (one must not stop the others)
            logger.error("notification %s: %s", one.notification_id, type(error).__name__)
            return self._put_off(one, INTERNAL_ERROR)
        self._finish(one, "sent")
        return 1

    def _post(self, one: Notification, cause: Noticed | None) -> None:
        if self.channels.webhook is not None:
            content = webhook_of(one, cause, self.channels)
            post(self.channels.webhook, content, number=one.number, now=self.clock())

    def _mail(self, one: Notification, cause: Noticed | None) -> None:
        if self.channels.server is None:
            return
        with self.transaction() as connection:
            if one.organization_id is not None:
                limit_to(connection, one.organization_id)
            letter = mail_of(connection, one, cause, self.channels, now=self.clock())
        to, server = recipient(letter.to), self.channels.server
        message = message_of(letter, to=to, server=server, number=one.number, now=self.clock())

        def before_content() -> None:
            with self.transaction() as connection:
                if not outbox.starts_sending(connection, one):
                    raise NotNow("Another process is sending this email.")

        deliver(server, message, to=to, before_content=before_content)

    def _finish(
        self, one: Notification, status: Literal["sent", "dropped", "failed"], reason: str = ""
    ) -> int:
        if status == "failed":
            logger.warning("notification %s given up: %s", one.notification_id, reason)
        with self.transaction() as connection:
            outbox.finish(connection, one, status=status, reason=reason or None, now=self.clock())
        return 0

    def _put_off(self, one: Notification, reason: str) -> int:
        logger.warning("notification %s put off: %s", one.notification_id, reason)
        with self.transaction() as connection:
            outbox.put_off(connection, one, reason=reason, now=self.clock())
        return 0
