"""Zoom's users, imported from every connected account."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from integration.connections import connections
from integration.connections.client import zoom_client
from integration.connections.connections import Connection
from integration.connections.zoom_users import COLUMNS, store_phone_users, store_users
from integration.privacy.arriving import without_erased_users
from integration.privacy.tombstones import WrongTombstoneKey
from integration.settings import Settings, SettingsError
from integration.zoom.errors import ListCutShort, TransientZoomError, ZoomError, unforeseen
from integration.zoom.lists import AccountLists, read_lists
from orchestration.reading import Unread, read_side_by_side
from orchestration.resources import BatchInProgress, Installation

# Reading is waiting for Zoom; accounts do not share a rate limit.
ACCOUNTS_AT_ONCE = 8
# A run that a person started imports every account; a tick or a sensor imports those that are due.
AUTOMATIC_RUN_TAGS = ("dagster/schedule_name", "dagster/sensor_name")


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
                "`needs_attention` with the reason, what was read of it is used, and the others "
                "go on."
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
) -> Iterator[dg.MaterializeResult[Any]]:
    """Imports the users, and the phone users, of the accounts that are due."""
    settings, url = installation.settings(), installation.database_url()
    accounts = _accounts(context, batch_in_progress)
    if accounts:
        settings.require_zoom_app()
    ends_at = time.monotonic() + 60 * settings.import_minutes
    counts: Counter[str] = Counter()
    for account, answer in read_side_by_side(
        accounts,
        lambda account: _read(settings, url, account, ends_at=ends_at),
        at_once=ACCOUNTS_AT_ONCE,
        ends_at=ends_at,
    ):
        counts += _take(context, settings, batch_in_progress, account, answer)
    yield dg.MaterializeResult(
        asset_key=["zoom_raw", "users"],
        metadata={
            "connections": len(accounts),
            "connections_that_need_attention": counts["failed"],
            "connections_put_off": counts["put off"],
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


def _read(settings: Settings, url: str, account: Connection, *, ends_at: float) -> AccountLists:
    try:
        client = zoom_client(
            settings,
            url,
            connection_id=account.connection_id,
            zoom_account_id=account.zoom_account_id,
            ends_at=ends_at,
        )
        return read_lists(client)
    except ZoomError as error:
        return AccountLists(None, error)
    # The edge of one connection: whatever its Zoom makes of this must not reach the others.
    except Exception as error:  # noqa: BLE001
        return AccountLists(None, unforeseen(error))


def _take(
    context: dg.AssetExecutionContext,
    settings: Settings,
    writer: BatchInProgress,
    account: Connection,
    answer: AccountLists | Unread,
) -> Counter[str]:
    """Stores what was read of one account and notes what was not; raises what concerns all."""
    if answer is Unread.NOT_STARTED:  # it stays due
        context.log.warning(f"Connection {account.connection_id}: no time was left to read it.")
        return Counter({"put off": 1})
    lists = AccountLists(None, _still_reading()) if isinstance(answer, Unread) else answer
    try:
        counts = _store(settings, writer, account, lists)
    except (SettingsError, WrongTombstoneKey):  # wrong for everybody, and the message says how
        raise
    # The edge of one connection: rows of one account that the database refuses are its own trouble.
    except Exception as error:  # noqa: BLE001
        _give_up_without_database(writer, error)
        lists = AccountLists(None, unforeseen(error))
        counts = Counter()
    if lists.error is None:
        return counts
    context.log.warning(f"Connection {account.connection_id}: {lists.error}")
    try:
        _note_trouble(writer, account, lists, lists.error)
    # The edge again: a note that cannot be written is in the log.
    except Exception as error:  # noqa: BLE001
        _give_up_without_database(writer, error)
        context.log.warning(
            f"Connection {account.connection_id} could not be marked ({type(error).__name__})."
        )
    return counts + Counter({"failed": 1})


def _give_up_without_database(writer: BatchInProgress, error: Exception) -> None:
    """Without its connection, and so without the writer's lock, the batch must not go on."""
    if writer.connection.closed:
        raise error


def _still_reading() -> ListCutShort:
    return ListCutShort(
        "The list of users was still being read when the time for the import was up.",
        next_step="It is read again with the next import.",
    )


def _store(
    settings: Settings, writer: BatchInProgress, account: Connection, lists: AccountLists
) -> Counter[str]:
    """All of an account or nothing."""
    if lists.users is None:
        return Counter()
    frame = lists.users.frame[list(COLUMNS)].astype(object)
    frame = frame.where(frame.notna(), None)
    with writer.connection.transaction():
        erased = without_erased_users(
            writer.connection,
            writer.batch.number,
            account.organization_id,
            {
                **{zoom_user_id: None for zoom_user_id, *_ in lists.phone_users},
                **dict(zip(frame["zoom_user_id"], frame["email"], strict=True)),
            },
            key=lambda: settings.tombstone_key,
        )
        rows = frame[~frame["zoom_user_id"].isin(erased)].itertuples(index=False, name=None)
        new_users = store_users(
            writer.connection,
            account,
            rows,
            batch=writer.batch.number,
            now=writer.batch.as_of,
            is_complete=lists.users_error is None,
        )
        # Without one page of it nothing is known of the list.
        new_phone_users = 0
        if lists.phone_users or lists.phone_error is None:
            new_phone_users = store_phone_users(
                writer.connection,
                account,
                [user for user in lists.phone_users if user[0] not in erased],
                batch=writer.batch.number,
                now=writer.batch.as_of,
                is_complete=lists.phone_error is None,
            )
        if lists.error is None:
            connections.note_import(
                writer.connection,
                account.connection_id,
                now=writer.batch.as_of,
                phone_detail=lists.phone_detail,
            )
    return Counter(
        {
            "users": new_users,
            "pending": lists.users.pending_count,
            "left out": len(erased),
            "phone users": new_phone_users,
            "without phone": int(lists.phone_detail is not None),
        }
    )


def _note_trouble(
    writer: BatchInProgress, account: Connection, lists: AccountLists, error: ZoomError
) -> None:
    has_users = lists.users is not None and lists.users_error is None
    is_passing = isinstance(error, TransientZoomError) and not isinstance(error, ListCutShort)
    connections.note_trouble(
        writer.connection,
        account.connection_id,
        reason=_reason(lists, error),
        now=writer.batch.as_of,
        # The users have been read: only the phone users wait for the next import.
        is_passing=is_passing and not has_users,
        retry_at=getattr(error, "retry_at", None),
        has_users=has_users,
    )


def _reason(lists: AccountLists, error: ZoomError) -> str:
    """In plain words for the page: what failed, and what is used nevertheless."""
    if lists.users is None:
        return str(error)
    if lists.users_error is None:
        return f"All users were read, but not those of Zoom Phone: {error}"
    count = len(lists.users.frame)
    used = "1 user was read and is" if count == 1 else f"{count:,} users were read and are"
    return f"{error.reason} Until then {used} used. {error.next_step}".strip()
