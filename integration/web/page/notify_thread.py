"""Watches for problems and sends the notifications, in a thread of the web process: it has to
continue when batches do not. A receiver that does not answer does not delay sign-in mails, which
have their own thread.
"""

from datetime import UTC, datetime
from functools import partial

import psycopg
from psycopg_pool import ConnectionPool

from integration.causes.disk import disk_of
from integration.causes.people import Unmapped
from integration.notify.channels import channels_of
from integration.notify.notifier import Notifier
from integration.notify.watching import watch
from integration.settings import Settings
from integration.web.overview.numbers import count_people
from integration.web.page.pool import across_organizations
from integration.web.page.worker_thread import IsStopped, WorkerThread


def notify_thread(settings: Settings, pool: ConnectionPool) -> WorkerThread | None:
    """The thread, not yet started; None without a channel. Raises SettingsError."""
    channels = channels_of(settings)
    if not channels.names:
        return None
    # One thread watches and notifies everyone. What belongs to one organization is read in a
    # transaction limited to it.
    across = partial(across_organizations, pool)
    notifier = Notifier(across, channels, clock=lambda: datetime.now(UTC))

    look = partial(
        watch,
        across,
        count_unmapped,
        channels,
        read_disk=partial(disk_of, settings.home),
        has_own_app=settings.has_own_app,
    )

    def work(is_stopped: IsStopped) -> None:
        look(now=notifier.clock())
        notifier.send_waiting(is_stopped=is_stopped)

    return WorkerThread("notifications", work)


def count_unmapped(connection: psycopg.Connection, organization_id: str) -> Unmapped:
    people = count_people(connection, organization_id=organization_id)
    return Unmapped(people.unmapped, people.waiting, people.entries_waiting)
