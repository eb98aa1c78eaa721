"""Sends sign-in mails from the web process, in a thread of its own: they have to leave within
seconds, and no page waits for a mail server.

Every web process has one. A process that has just stored a mail wakes its own; the others look
regularly, for mails that a killed process has left and for those that were put off, and forget who
asked for a link more than an hour ago.
"""

from datetime import UTC, datetime
from functools import partial

from psycopg_pool import ConnectionPool

from integration.notify.asked_links import SIGN_IN
from integration.notify.mailed_links import sign_in_mails
from integration.notify.sender import Sender
from integration.notify.server import mail_server
from integration.settings import Settings
from integration.web.page.pool import across_organizations
from integration.web.page.worker_thread import IsStopped, WorkerThread


def mail_thread(settings: Settings, pool: ConnectionPool) -> WorkerThread | None:
    """The thread, not yet started; None without a mail server. Raises SettingsError."""
    server = mail_server(settings)
    if server is None:
        return None
    settings.encryption_keys  # noqa: B018  (refuses missing and invalid keys)
    sender = Sender(
        # One thread sends everyone's mails. What a mail says is read in a transaction limited to
        # its organization.
        transaction=partial(across_organizations, pool),
        server=server,
        kinds={SIGN_IN: sign_in_mails(settings)},
        clock=lambda: datetime.now(UTC),
    )

    def work(is_stopped: IsStopped) -> None:
        sender.send_waiting(is_stopped=is_stopped)

    return WorkerThread("mails", work)
