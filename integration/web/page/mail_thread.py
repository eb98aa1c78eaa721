"""Sends sign-in mails from the web process, in a thread of its own: they have to leave within
seconds, and no page waits for a mail server.

Every web process has one. A process that has just stored a mail wakes its own; the others look
regularly, for mails that a killed process has left and for those that were put off, and forget who
asked for a link more than an hour ago.
"""

import logging
import threading
from datetime import UTC, datetime

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from integration.notify.asked_links import SIGN_IN, forget_requests
from integration.notify.mailed_links import sign_in_mails
from integration.notify.sender import Sender
from integration.notify.server import mail_server
from integration.settings import Settings

logger = logging.getLogger(__name__)

LOOKS_EVERY = 10.0  # seconds
STOPS_WITHIN = 3.0  # seconds; a mail that is being sent by then is sent again by another process


class MailThread:
    """The thread of one web process."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._wake, self._stopping = threading.Event(), threading.Event()
        # A server that does not answer must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="mails", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join(STOPS_WITHIN)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(LOOKS_EVERY)
            self._wake.clear()
            try:
                with self._sender.transaction() as connection:
                    forget_requests(connection, now=self._sender.clock())
                self._sender.send_waiting(is_stopped=self._stopping.is_set)
            except (psycopg.Error, PoolTimeout) as error:  # tried again at the next look
                if not self._stopping.is_set():
                    logger.error("mails not sent: %s", type(error).__name__)
            except Exception:  # the thread must not end before its process
                logger.exception("mails not sent")


def mail_thread(settings: Settings, pool: ConnectionPool) -> MailThread | None:
    """The thread, not yet started; None without a mail server. Raises SettingsError."""
    server = mail_server(settings)
    if server is None:
        return None
    settings.encryption_keys  # noqa: B018  (refuses missing and invalid keys)
    return MailThread(
        Sender(
            transaction=pool.connection,
            server=server,
            kinds={SIGN_IN: sign_in_mails(settings)},
            clock=lambda: datetime.now(UTC),
        )
    )
