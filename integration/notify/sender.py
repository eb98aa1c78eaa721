"""Sends the waiting mails, one after the other. Any number of processes may do it at once.

A kind that is `repeatable` is sent at least once: if a process is killed while it sends a mail,
another one sends it again. Every other kind is sent at most once: from the moment at which its
content is transmitted, it is not retried until the server has answered.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.notify import waiting
from integration.notify.message import Letter, NotAnAddress, message_of, recipient
from integration.notify.server import MailServer
from integration.notify.smtp import NotNow, NotSent, ServerUnusable, Unconfirmed, deliver
from integration.notify.waiting import Mail

logger = logging.getLogger(__name__)

Transaction = Callable[[], AbstractContextManager[psycopg.Connection]]
NO_ADDRESS = "The user's email is not an address."
INTERNAL_ERROR = "The email could not be written because of an internal error."


@dataclass(frozen=True)
class Kind:
    """`write` returns the letters of a mail; none if there is no one to send it to (any longer).
    What it stores is committed before they are sent.
    """

    write: Callable[[psycopg.Connection, Mail, datetime], Sequence[Letter]]
    is_repeatable: bool


@dataclass(frozen=True)
class Sender:
    """`transaction` opens a short transaction; none is open while the server is waited for."""

    transaction: Transaction
    server: MailServer
    kinds: Mapping[str, Kind]
    clock: Callable[[], datetime]

    def send_waiting(self, *, is_stopped: Callable[[], bool] = lambda: False) -> int:
        """Sends what is due, until nothing is or the server is unusable. Returns how many mails
        were sent.
        """
        with self.transaction() as connection:
            waiting.give_up(connection, now=self.clock())
        sent = 0
        while not is_stopped():
            with self.transaction() as connection:
                mail = waiting.take(connection, kinds=self.kinds.keys(), now=self.clock())
            if mail is None:
                break
            try:
                sent += self._send(mail)
            except ServerUnusable as error:
                self._put_off(mail, error.reason)
                with self.transaction() as connection:
                    waiting.put_off_all(
                        connection, like=mail, kinds=self.kinds.keys(), reason=error.reason
                    )
                break
        return sent

    def _send(self, mail: Mail) -> int:
        """Sends one mail, or stores why not. Returns how many were sent: 1 or 0."""
        kind = self.kinds[mail.kind]
        try:
            with self.transaction() as connection:
                letters = kind.write(connection, mail, self.clock())
            for letter in letters:
                self._deliver(mail, letter, is_repeatable=kind.is_repeatable)
        except psycopg.OperationalError:
            raise  # the database is gone; the mail will be taken again
        except ServerUnusable:
            raise
        except NotAnAddress:
            self._fail(mail, NO_ADDRESS)
        except NotSent as error:
            is_retried = isinstance(error, NotNow) or (
                isinstance(error, Unconfirmed) and kind.is_repeatable
            )
            (self._put_off if is_retried else self._fail)(mail, error.reason)
        except Exception as error:  # noqa: BLE001  (one mail must not stop the others)
            # Without the message, which may quote the mail.
            logger.error("mail %s (%s): %s", mail.mail_id, mail.kind, type(error).__name__)
            self._put_off(mail, INTERNAL_ERROR)
        else:
            with self.transaction() as connection:
                waiting.is_done(connection, mail)
            return int(bool(letters))
        return 0

    def _deliver(self, mail: Mail, letter: Letter, *, is_repeatable: bool) -> None:
        to = recipient(letter.to)
        message = message_of(
            letter, to=to, server=self.server, number=mail.number, now=self.clock()
        )

        def before_content() -> None:
            if is_repeatable:
                return
            with self.transaction() as connection:
                if not waiting.starts_sending(connection, mail):
                    raise NotNow("Another process is sending this email.")

        deliver(self.server, message, to=to, before_content=before_content)

    def _put_off(self, mail: Mail, reason: str) -> None:
        logger.warning("mail %s (%s) put off: %s", mail.mail_id, mail.kind, reason)
        with self.transaction() as connection:
            waiting.put_off(connection, mail, reason=reason, now=self.clock())

    def _fail(self, mail: Mail, reason: str) -> None:
        logger.warning("mail %s (%s) given up: %s", mail.mail_id, mail.kind, reason)
        with self.transaction() as connection:
            waiting.fail(connection, mail, reason=reason)
