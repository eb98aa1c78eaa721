"""Zoom's users, imported from every connected account."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import dagster as dg

from integration.access import zoom_client
from integration.erasure.arriving import without_erased_users
from integration.settings import Settings
from integration.store import connections
from integration.store.connections import Connection
from integration.store.zoom_users import COLUMNS, store_phone_users, store_users
from integration.zoom.errors import PermanentZoomError, TransientZoomError, ZoomError
from integration.zoom.users import UserList, phone_users, users_frame
from orchestration.resources import BatchInProgress, Installation

# Reading is waiting for Zoom; accounts do not share a rate limit.
ACCOUNTS_AT_ONCE = 8
# A run that a person started imports every account; a tick or a sensor imports those that are due.
AUTOMATIC_RUN_TAGS = ("dagster/schedule_name", "dagster/sensor_name")


@dataclass(frozen=True)
class Fetched:
    """What Zoom said of one account; no phone users where it has no Zoom Phone, with the reason."""

    users: UserList
    phone_users: list[tuple[str, str | None, str | None]]
    phone_detail: str | None


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["zoom_raw", "users"],
            group_name="zoom_raw",
            kinds={"python", "pandas", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per version of a Zoom user that an import saw. Zoom is asked for the "
                "users of each connected account; a connection that fails is marked "
                "`needs_attention` with the reason, and the others go on."
            ),
        ),
        dg.AssetSpec(
            ["zoom_raw", "phone_users"],
            group_name="zoom_raw",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per version of a Zoom Phone user: which extension is whose. An account "
                "without Zoom Phone has none, which is noted on its connection."
            ),
        ),
    ]
)
def zoom_users(
    context: dg.AssetExecutionContext,
    batch_in_progress: BatchInProgress,
    installation: Installation,
) -> Iterator[dg.MaterializeResult]:
    """Imports the users, and the phone users, of the accounts that are due."""
    settings, url = installation.settings(), installation.database_url()
    accounts = _accounts(context, batch_in_progress)
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(ACCOUNTS_AT_ONCE) as pool:
        fetched = pool.map(lambda account: _fetch(settings, url, account), accounts)
        for account, answer in zip(accounts, fetched, strict=True):
            if isinstance(answer, ZoomError):
                _note_trouble(batch_in_progress, account, answer)
                context.log.warning(f"Connection {account.connection_id}: {answer}")
                counts["failed"] += 1
            else:
                counts += _store(settings, batch_in_progress, account, answer)
    yield dg.MaterializeResult(
        asset_key=["zoom_raw", "users"],
        metadata={
            "connections": len(accounts),
            "connections_that_need_attention": counts["failed"],
            "new_or_changed_users": counts["users"],
            "pending_users_without_an_id": counts["pending"],
            "erased_users_left_out": counts["left out"],
        },
    )
    yield dg.MaterializeResult(
        asset_key=["zoom_raw", "phone_users"],
        metadata={
            "new_or_changed_phone_users": counts["phone users"],
            "connections_without_zoom_phone": counts["without phone"],
        },
    )


def _accounts(context: dg.AssetExecutionContext, writer: BatchInProgress) -> list[Connection]:
    if any(tag in context.run.tags for tag in AUTOMATIC_RUN_TAGS):
        return connections.connections_due(writer.connection, now=writer.batch.as_of)
    return connections.open_connections(writer.connection)


def _fetch(settings: Settings, url: str, account: Connection) -> Fetched | ZoomError:
    try:
        client = zoom_client(
            settings,
            url,
            connection_id=account.connection_id,
            zoom_account_id=account.zoom_account_id,
        )
        users = users_frame(client.users())
        try:
            return Fetched(users, phone_users(client.phone_users()), None)
        except PermanentZoomError as error:  # no Zoom Phone, or not to be read: the users still are
            return Fetched(users, [], str(error))
    except ZoomError as error:
        return error


def _store(
    settings: Settings, writer: BatchInProgress, account: Connection, fetched: Fetched
) -> Counter[str]:
    frame = fetched.users.frame[list(COLUMNS)].astype(object)
    frame = frame.where(frame.notna(), None)
    erased = without_erased_users(
        writer.connection,
        writer.batch,
        account.organization_id,
        {
            **{zoom_user_id: None for zoom_user_id, *_ in fetched.phone_users},
            **dict(zip(frame["zoom_user_id"], frame["email"], strict=True)),
        },
        key=lambda: settings.tombstone_key,
    )
    rows = frame[~frame["zoom_user_id"].isin(erased)].itertuples(index=False, name=None)
    extensions = [user for user in fetched.phone_users if user[0] not in erased]
    counts = Counter(
        {
            "users": store_users(writer.connection, account, rows, writer.batch),
            "pending": fetched.users.pending_count,
            "left out": len(erased),
            "without phone": int(fetched.phone_detail is not None),
        }
    )
    if fetched.phone_detail is None:
        counts["phone users"] = store_phone_users(
            writer.connection, account, extensions, writer.batch
        )
    connections.note_import(
        writer.connection,
        account.connection_id,
        now=writer.batch.as_of,
        phone_detail=fetched.phone_detail,
    )
    return counts


def _note_trouble(writer: BatchInProgress, account: Connection, error: ZoomError) -> None:
    connections.note_trouble(
        writer.connection,
        account.connection_id,
        reason=str(error),
        now=writer.batch.as_of,
        is_passing=isinstance(error, TransientZoomError),
        retry_at=getattr(error, "retry_at", None),
    )
