"""Imports Zoom users from connected accounts. Reads accounts in parallel and stores each account in
one transaction. A failing account does not stop the others.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

import psycopg

from integration.connections.app_tokens import AppToken
from integration.connections.client import zoom_client
from integration.connections.connections import Connection
from integration.connections.event_subscriptions import check_subscription
from integration.connections.import_progress import ImportProgress
from integration.connections.imports import record_failed_import, record_import
from integration.connections.reading import Unread, read_in_parallel
from integration.connections.zoom_users import COLUMNS, store_phone_users, store_users
from integration.pipeline.batches import Batch
from integration.privacy.applied_tombstones import erased_zoom_users
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.quantities import noun, quantity
from integration.settings import Settings, SettingsError
from integration.zoom.errors import (
    AccessLost,
    ListCutShort,
    TransientZoomError,
    ZoomError,
    unforeseen,
)
from integration.zoom.lists import AccountLists, read_lists

# Reading is mostly waiting for Zoom, and accounts do not share a rate limit.
ACCOUNTS_AT_ONCE = 8
Warn = Callable[[str], None]


def import_users(
    connection: psycopg.Connection,
    batch: Batch,
    accounts: Sequence[Connection],
    *,
    settings: Settings,
    url: str,
    warn: Warn,
) -> Counter[str]:
    """Imports the accounts' users and returns counts: new or changed "users" and "phone users",
    "pending" users without an id, users "left out" because they were erased, and connections that
    "failed", were "put off", or are "without phone". `warn` receives a sentence for each failure.
    """
    if accounts:
        settings.require_zoom_app()
    ends_at = time.monotonic() + 60 * settings.import_minutes
    app_token = AppToken(settings)
    counts: Counter[str] = Counter()
    for account, answer in read_in_parallel(
        accounts,
        lambda account: _read(settings, url, account, app_token=app_token, ends_at=ends_at),
        at_once=ACCOUNTS_AT_ONCE,
        ends_at=ends_at,
    ):
        counts += _store_answer(connection, batch, settings, account, answer, warn)
    return counts


def _read(
    settings: Settings, url: str, account: Connection, *, app_token: AppToken, ends_at: float
) -> AccountLists:
    try:
        client = zoom_client(
            settings,
            url,
            connection_id=account.connection_id,
            zoom_account_id=account.zoom_account_id,
            ends_at=ends_at,
        )
        lists = read_lists(client, ImportProgress(url, account.connection_id).report)
    except ZoomError as error:
        return AccountLists(None, error)
    # An unexpected response for one connection must not affect the others.
    except Exception as error:  # noqa: BLE001
        return AccountLists(None, unforeseen(error))
    if lists.users is not None and lists.error is None:
        check_subscription(
            settings,
            url,
            account,
            app_token=app_token,
            user_id=next(iter(lists.users.frame["zoom_user_id"]), None),
            has_phone=not lists.lacks_phone,
            ends_at=ends_at,
        )
    return lists


def _store_answer(
    connection: psycopg.Connection,
    batch: Batch,
    settings: Settings,
    account: Connection,
    answer: AccountLists | Unread,
    warn: Warn,
) -> Counter[str]:
    """Stores the users of one account, or records why they could not be read. Raises errors that
    affect all accounts.
    """
    if answer is Unread.NOT_STARTED:  # the import stays due
        warn(
            f"The users of connection {account.connection_id} were not read in time. The next "
            "batch will read them."
        )
        return Counter({"put off": 1})
    lists = AccountLists(None, _still_reading()) if isinstance(answer, Unread) else answer
    try:
        counts = _store(connection, batch, settings, account, lists)
    except (SettingsError, WrongTombstoneKey):  # affects all accounts; the message says how to fix
        raise
    # Rows that the database rejects for one account must not affect the others.
    except Exception as error:  # noqa: BLE001
        _raise_if_disconnected(connection, error)
        lists = AccountLists(None, unforeseen(error))
        counts = Counter()
    if lists.error is None:
        return counts
    warn(f"Connection {account.connection_id}: {lists.error}")
    try:
        _record_failed_import(connection, batch, account, lists, lists.error)
    # If the failure cannot be recorded, it is only in the log.
    except Exception as error:  # noqa: BLE001
        _raise_if_disconnected(connection, error)
        warn(
            f"The failed import of connection {account.connection_id} could not be recorded "
            f"({type(error).__name__})."
        )
    return counts + Counter({"failed": 1})


def _raise_if_disconnected(connection: psycopg.Connection, error: Exception) -> None:
    """Raises the error if the connection is lost, because the batch then has no writer's lock."""
    if connection.closed:
        raise error


def _still_reading() -> ListCutShort:
    return ListCutShort(
        "The user list was still being read when the time allowed for the import ended.",
        next_step="The next import reads the list again.",
    )


def _store(
    connection: psycopg.Connection,
    batch: Batch,
    settings: Settings,
    account: Connection,
    lists: AccountLists,
) -> Counter[str]:
    """Stores an account's users and phone users in one transaction."""
    if lists.users is None:
        return Counter()
    frame = lists.users.frame[list(COLUMNS)].astype(object)
    frame = frame.where(frame.notna(), None)
    with connection.transaction():
        erased = erased_zoom_users(
            connection,
            batch.number,
            account.organization_id,
            {
                **{zoom_user_id: None for zoom_user_id, *_ in lists.phone_users},
                **dict(zip(frame["zoom_user_id"], frame["email"], strict=True)),
            },
            keys=lambda: settings.tombstone_keys,
        )
        rows = frame[~frame["zoom_user_id"].isin(erased)].itertuples(index=False, name=None)
        new_users = store_users(
            connection,
            account,
            rows,
            batch=batch.number,
            now=batch.as_of,
            is_complete=lists.users_error is None,
        )
        # If not a single page was read, the stored phone users stay unchanged.
        new_phone_users = 0
        if lists.phone_users or lists.phone_error is None:
            new_phone_users = store_phone_users(
                connection,
                account,
                [user for user in lists.phone_users if user[0] not in erased],
                batch=batch.number,
                now=batch.as_of,
                is_complete=lists.phone_error is None,
            )
        if lists.error is None:
            record_import(
                connection,
                account.connection_id,
                now=batch.as_of,
                phone_detail=lists.phone_detail,
                lacks_phone=lists.lacks_phone,
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


def _record_failed_import(
    connection: psycopg.Connection,
    batch: Batch,
    account: Connection,
    lists: AccountLists,
    error: ZoomError,
) -> None:
    has_users = lists.users is not None and lists.users_error is None
    is_transient = isinstance(error, TransientZoomError)
    record_failed_import(
        connection,
        account.connection_id,
        reason=_reason(lists, error),
        now=batch.as_of,
        is_transient=is_transient,
        # If the users have been read, only the phone users have to wait for the next import.
        is_retried_soon=is_transient and not isinstance(error, ListCutShort) and not has_users,
        has_lost_access=isinstance(error, AccessLost),
        retry_at=getattr(error, "retry_at", None),
        has_users=has_users,
    )


def _reason(lists: AccountLists, error: ZoomError) -> str:
    """A text for the page: what failed, and which users are used nevertheless."""
    if lists.users is None:
        return str(error)
    if lists.users_error is None:
        return f"All users were read, but not the Zoom Phone users: {error}"
    count = len(lists.users.frame)
    used = (
        f"{quantity(count, 'user')} {noun(count, 'was', 'were')} read before that and "
        f"{noun(count, 'has', 'have')} been stored."
    )
    return f"{error.reason} {used} {error.next_step}".strip()
