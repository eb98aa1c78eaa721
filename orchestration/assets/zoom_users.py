"""Zoom's users, imported from every connected account."""

from concurrent.futures import ThreadPoolExecutor

import dagster as dg
from dagster import AssetExecutionContext

from integration.access import zoom_client
from integration.settings import Settings
from integration.store import connections
from integration.store.connections import Connection
from integration.store.zoom_users import COLUMNS, store_users
from integration.zoom.errors import TransientZoomError, ZoomError
from integration.zoom.users import UserList, users_frame
from orchestration.resources import BatchInProgress, Installation

# Reading is waiting for Zoom; accounts do not share a rate limit.
ACCOUNTS_AT_ONCE = 8
# A run that a person started imports every account; a tick or a sensor imports those that are due.
AUTOMATIC_RUN_TAGS = ("dagster/schedule_name", "dagster/sensor_name")


@dg.asset(
    key=["zoom_raw", "users"],
    group_name="zoom_raw",
    kinds={"python", "pandas", "postgres"},
    owners=["team:data-platform"],
)
def zoom_users(
    context: AssetExecutionContext, batch_in_progress: BatchInProgress, installation: Installation
) -> dg.MaterializeResult:
    """One row per version of a Zoom user that an import saw.

    Asks Zoom for the users of each connected account. A connection that fails is marked
    `needs_attention` with the reason; the others go on.
    """
    settings, url = installation.settings(), installation.database_url()
    accounts = _accounts(context, batch_in_progress)
    new_versions, pending, failed = 0, 0, 0
    with ThreadPoolExecutor(ACCOUNTS_AT_ONCE) as pool:
        fetched = pool.map(lambda account: _fetch(settings, url, account), accounts)
        for account, answer in zip(accounts, fetched, strict=True):
            if isinstance(answer, ZoomError):
                _note_trouble(batch_in_progress, account, answer)
                context.log.warning(f"Connection {account.connection_id}: {answer}")
                failed += 1
            else:
                new_versions += _store(batch_in_progress, account, answer)
                pending += answer.pending_count
    return dg.MaterializeResult(
        metadata={
            "connections": len(accounts),
            "connections_that_need_attention": failed,
            "new_or_changed_users": new_versions,
            "pending_users_without_an_id": pending,
        }
    )


def _accounts(context: AssetExecutionContext, writer: BatchInProgress) -> list[Connection]:
    if any(tag in context.run.tags for tag in AUTOMATIC_RUN_TAGS):
        return connections.connections_due(writer.connection, now=writer.batch.as_of)
    return connections.open_connections(writer.connection)


def _fetch(settings: Settings, url: str, account: Connection) -> UserList | ZoomError:
    try:
        client = zoom_client(
            settings,
            url,
            connection_id=account.connection_id,
            zoom_account_id=account.zoom_account_id,
        )
        return users_frame(client.users())
    except ZoomError as error:
        return error


def _store(writer: BatchInProgress, account: Connection, users: UserList) -> int:
    frame = users.frame[list(COLUMNS)].astype(object)
    rows = frame.where(frame.notna(), None).itertuples(index=False, name=None)
    stored = store_users(writer.connection, account, rows, writer.batch)
    connections.note_import(writer.connection, account.connection_id, now=writer.batch.as_of)
    return stored


def _note_trouble(writer: BatchInProgress, account: Connection, error: ZoomError) -> None:
    connections.note_trouble(
        writer.connection,
        account.connection_id,
        reason=str(error),
        now=writer.batch.as_of,
        is_passing=isinstance(error, TransientZoomError),
        retry_at=getattr(error, "retry_at", None),
    )
