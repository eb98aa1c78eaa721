"""The demo's Zoom accounts: one that works, one that lost its access. A visitor can add a third.

The first connection starts before the first session of the demo, because sessions from before a
connection never appear.
"""

from datetime import UTC, date, datetime, time, timedelta

import psycopg
import requests

from integration.commands.supervisor import Supervisor
from integration.database import rows
from integration.database.audit_trail import record_change
from integration.database.postgres import transaction
from integration.settings import Settings

ORGANIZATION = "acme-works"
# As the simulator names them.
ACCOUNT = "AcmeWorksAccount000000"
WITHDRAWN_ACCOUNT = "AcmeWorksEvents0000000"
OWNER = "marcus.lindgren@acme-works.com"
ADMIN = "amara.obi@acme-works.com"
WITHOUT_PHONE = "samuel.adeyemi@acme-works.com"
CONNECTED_BEFORE_END = timedelta(weeks=9)
TIMEOUT_SECONDS = 30


def connect_accounts(processes: Supervisor, settings: Settings, url: str, *, ends_on: date) -> None:
    """Connects both accounts; at a restart, only the first one is connected again. A second
    account that lost its access stays as the visitor left it.
    """
    connected_at = datetime.combine(ends_on - CONNECTED_BEFORE_END, time(), UTC)
    is_first_start = not _is_connected(url, WITHDRAWN_ACCOUNT)
    _connect(processes, ACCOUNT)
    if is_first_start:
        _connect(processes, WITHDRAWN_ACCOUNT)
        _withdraw(settings, WITHDRAWN_ACCOUNT)
    with transaction(url) as connection:
        _backdate_connection(connection, connected_at=connected_at)
        if is_first_start:
            _switch_phone_off(connection, since=connected_at)


def _connect(processes: Supervisor, zoom_account_id: str) -> None:
    processes.run(
        "-m", "integration.commands", "connect", "--organization", ORGANIZATION,
        "--zoom-account", zoom_account_id, "--owner", OWNER, "--server-to-server",
    )  # fmt: skip


def _withdraw(settings: Settings, zoom_account_id: str) -> None:
    """Its admin removes the app in the simulated Zoom, so the next user import fails."""
    with requests.Session() as http:
        http.trust_env = False
        http.post(
            f"{settings.api_url}/_control/withdraw",
            json={"account_id": zoom_account_id},
            timeout=TIMEOUT_SECONDS,
        ).raise_for_status()


def _is_connected(url: str, zoom_account_id: str) -> bool:
    with transaction(url) as connection:
        return rows.scalar(
            connection,
            bool,
            "select exists (select from integration.connections where zoom_account_id = %s)",
            [zoom_account_id],
        )


def _backdate_connection(connection: psycopg.Connection, *, connected_at: datetime) -> None:
    connection.execute(
        """
        update integration.connections set connected_at = least(connected_at, %s)
        where zoom_account_id = %s and disconnected_at is null
        """,
        [connected_at, ACCOUNT],
    )


def _switch_phone_off(connection: psycopg.Connection, *, since: datetime) -> None:
    """One person without phone entries, for the page that explains what is missing."""
    users: dict[str, str] = dict(
        connection.execute(
            "select email, user_id from worksights.users where organization_id = %s",
            [ORGANIZATION],
        ).fetchall()
    )
    connection.execute(
        """
        insert into integration.subscription_changes
            (organization_id, user_id, feature, is_on, effective_from, changed_by)
        values (%s, %s, 'phone', false, %s, %s)
        """,
        [ORGANIZATION, users[WITHOUT_PHONE], since, users[ADMIN]],
    )
    record_change(
        connection,
        organization_id=ORGANIZATION,
        user_id=users[ADMIN],
        kind="feature_switched",
        subject=users[WITHOUT_PHONE],
        details={"feature": "phone", "is_on": False, "effective_from": since.isoformat()},
    )
