"""Connects a Zoom account to an organization: which grants are accepted, and what is stored.

Where a grant comes from, and how a refusal is shown, is left to the page and the command.
"""

from collections.abc import Sequence

import psycopg

from integration.connections.connections import lock_account
from integration.connections.tokens import GrantType, save_grant
from integration.database import rows
from integration.database.audit_trail import record_change
from integration.zoom.client import ZoomClient
from integration.zoom.consent import is_administrator, missing_scopes
from integration.zoom.oauth import Grant
from integration.zoom.texts import text


class AccountTaken(Exception):
    """The Zoom account belongs to another organization; the message is for the person who connects
    it.
    """


class ScopesMissing(Exception):
    """The grant lacks scopes that are needed; `scopes` names them."""

    def __init__(self, scopes: Sequence[str]) -> None:
        super().__init__(", ".join(scopes))
        self.scopes = scopes


class NotAdministrator(Exception):
    """The grant is not from the owner or an admin of its Zoom account."""


def account_of_grant(grant: Grant, *, api_url: str) -> str:
    """The id of the Zoom account that the grant may connect.

    It needs the scopes, must be from the account's owner or an admin, and must be able to read the
    user list; otherwise anyone with a login there could claim the account. Raises ScopesMissing,
    NotAdministrator or ZoomError.
    """
    if missing := missing_scopes(grant.scope):
        raise ScopesMissing(missing)
    zoom = ZoomClient(api_url, lambda _rejected: grant.access_token)
    me = zoom.me()
    account_id = text(me.get("account_id"))
    if account_id is None or not is_administrator(me):
        raise NotAdministrator
    next(zoom.users())
    return account_id


def connect_with_grant(
    connection: psycopg.Connection,
    grant: Grant,
    *,
    grant_type: GrantType,
    zoom_account_id: str,
    organization_id: str,
    user_id: str,
    keys: Sequence[str],
    new_organizations: str,
) -> tuple[str, bool]:
    """Connects the account, or renews its access, in the caller's transaction. `user_id` is the
    author, and the owner of a new connection. `new_organizations` is the setting of that name.
    Returns (connection_id, whether it is new).

    Raises AccountTaken when the account belongs to another organization.
    """
    if new_organizations == "held":
        _hold_if_new(connection, organization_id)
    connection_id, is_new = connect_account(
        connection,
        organization_id=organization_id,
        zoom_account_id=zoom_account_id,
        owner_user_id=user_id,
    )
    save_grant(
        connection,
        connection_id=connection_id,
        organization_id=organization_id,
        grant_type=grant_type,
        grant=grant,
        keys=keys,
    )
    record_change(
        connection,
        organization_id=organization_id,
        user_id=user_id,
        kind="connection_made" if is_new else "connection_renewed",
        subject=connection_id,
    )
    return connection_id, is_new


def _hold_if_new(connection: psycopg.Connection, organization_id: str) -> None:
    """Holds the data of an organization that has never connected an account, nor decided about its
    data.
    """
    connection.execute(
        """
        insert into integration.privacy_settings (organization_id, name, value, changed_by)
        select %(organization)s, 'processing', 'held', 'NEW_ORGANIZATIONS'
        where not exists (
                select from integration.connections where organization_id = %(organization)s
            )
            and not exists (
                select from integration.privacy_settings
                where organization_id = %(organization)s and name = 'processing'
            )
        """,
        {"organization": organization_id},
    )


def connect_account(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    zoom_account_id: str,
    owner_user_id: str,
) -> tuple[str, bool]:
    """Connects a Zoom account, or renews its grant. Returns (connection_id, whether it is new).

    Raises AccountTaken when the account belongs to another organization, as it does until that
    organization's data is erased.
    """
    lock_account(connection, zoom_account_id)
    # The transaction sees no connection of another organization; the function does.
    taken = rows.scalar(
        connection,
        bool,
        "select integration.is_of_another(%s, %s)",
        [zoom_account_id, organization_id],
    )
    if taken:
        raise AccountTaken(
            "This Zoom account belongs to another organization. It can be connected here after "
            "that organization disconnects it and its data is erased."
        )
    renewed = rows.maybe_scalar(
        connection,
        str,
        """
        update integration.connections
        set granted_at = now(), status = 'active', status_detail = null, next_import_at = now()
        where zoom_account_id = %s and disconnected_at is null
        returning connection_id
        """,
        [zoom_account_id],
    )
    if renewed:
        return renewed, False
    # Cancels the erasure that an earlier removal of the app has scheduled.
    connection.execute(
        "update integration.connections set erase_due_at = null where zoom_account_id = %s",
        [zoom_account_id],
    )
    created = rows.scalar(
        connection,
        str,
        """
        insert into integration.connections
            (organization_id, zoom_account_id, owner_user_id, label)
        select %(organization)s, %(account)s, %(owner)s, (
            select label from integration.connections
            where organization_id = %(organization)s and zoom_account_id = %(account)s
                and label is not null
            limit 1
        )
        returning connection_id
        """,
        {
            "organization": organization_id,
            "account": zoom_account_id,
            "owner": owner_user_id,
        },
    )
    return created, True
