"""Stores Zoom tokens encrypted; one writer per connection renews them.

A refresh token works once, and the response contains the next one. So the row stays locked while
a token is renewed, and the new pair is committed before anyone can use it. This module must not
know how tokens are requested from Zoom.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from integration.database import rows
from integration.database.postgres import transaction
from integration.database.role_names import Role
from integration.zoom.errors import AccessLost, PermanentZoomError, TransientZoomError

if TYPE_CHECKING:  # at run time it would load the HTTP client
    from integration.zoom.oauth import Grant

GrantType = Literal["authorization_code", "account_credentials"]
Renew = Callable[[GrantType, str | None], "Grant"]

MINIMUM_LIFETIME = timedelta(seconds=60)  # longer than the longest request
LOCK_TIMEOUT = "90s"  # longer than a renewal that connects at the last attempt


@dataclass(frozen=True)
class _StoredTokens:
    grant_type: GrantType
    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None
    api_url: str | None


def save_grant(
    connection: psycopg.Connection,
    *,
    connection_id: str,
    organization_id: str,
    grant_type: GrantType,
    grant: "Grant",
    keys: Sequence[str],
) -> None:
    """Stores the tokens of a new or renewed connection in the caller's transaction."""
    cipher = _cipher(keys)
    connection.execute(
        """
        insert into integration.tokens (
            connection_id, organization_id, grant_type, access_token, refresh_token,
            expires_at, api_url, scope
        )
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (connection_id) do update set
            organization_id = excluded.organization_id,
            grant_type = excluded.grant_type,
            access_token = excluded.access_token,
            refresh_token = excluded.refresh_token,
            expires_at = excluded.expires_at,
            api_url = excluded.api_url,
            scope = excluded.scope,
            scope_reduced_at = case
                when tokens.scope <> '' and excluded.scope <> ''
                    and not string_to_array(tokens.scope, ' ')
                        <@ string_to_array(excluded.scope, ' ')
                    then now()
                else tokens.scope_reduced_at
            end,
            updated_at = now()
        """,
        [
            connection_id,
            organization_id,
            grant_type,
            _encrypted(cipher, grant.access_token),
            _encrypted(cipher, grant.refresh_token),
            grant.expires_at,
            grant.api_url,
            grant.scope,
        ],
    )


def access_token(
    url: str,
    connection_id: str,
    *,
    keys: Sequence[str],
    renew: Renew,
    now: datetime,
    rejected: str | None = None,
    role: Role = "pipeline",
) -> tuple[str, str | None]:
    """An access token that is valid for at least a minute, and the API address of its grant.

    `rejected` is a token that Zoom has rejected. It is renewed only while it is still the stored
    one, so of several callers with the same token one renews it. `renew(grant_type, refresh_token)`
    requests the grant; its errors pass through. PermanentZoomError when there is no readable grant.
    """
    cipher = _cipher(keys)
    with transaction(url, role=role) as connection:
        stored = _lock_tokens(connection, connection_id)
        token = _decrypted(cipher, stored.access_token)
        is_alive = stored.expires_at is not None and stored.expires_at >= now + MINIMUM_LIFETIME
        if token and token != rejected and is_alive:
            return token, stored.api_url
        refresh_token = _decrypted(cipher, stored.refresh_token)
        if stored.grant_type == "authorization_code" and not refresh_token:
            raise AccessLost("This account's access has expired and cannot be renewed.")
        grant = renew(stored.grant_type, refresh_token)
        _store_renewed(connection, connection_id, grant=grant, cipher=cipher)
    # Only after the commit: whatever happens to the caller, the new refresh token is on disk.
    return grant.access_token, grant.api_url or stored.api_url


def pop_tokens(
    connection: psycopg.Connection, connection_id: str, *, keys: Sequence[str]
) -> str | None:
    """Deletes a connection's tokens; returns the one to revoke the grant with, if readable."""
    dropped = connection.execute(
        "delete from integration.tokens where connection_id = %s "
        "returning coalesce(refresh_token, access_token)",
        [connection_id],
    ).fetchone()
    if dropped is None:
        return None
    try:
        return _decrypted(_cipher(keys), dropped[0])
    except PermanentZoomError:
        return None


def _lock_tokens(connection: psycopg.Connection, connection_id: str) -> _StoredTokens:
    connection.execute("select set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    try:
        stored = rows.maybe_one(
            connection,
            _StoredTokens,
            """
            select grant_type, access_token, refresh_token, expires_at, api_url
            from integration.tokens
            where connection_id = %s
            for update
            """,
            [connection_id],
        )
    except psycopg.errors.LockNotAvailable as error:
        raise TransientZoomError("Another process is renewing the access token.") from error
    if stored is None:
        raise AccessLost("This account has no stored access.")
    return stored


def _store_renewed(
    connection: psycopg.Connection, connection_id: str, *, grant: "Grant", cipher: MultiFernet
) -> None:
    """If the grant has no refresh token or address, the stored one is kept."""
    connection.execute(
        """
        update integration.tokens
        set
            access_token = %s,
            refresh_token = coalesce(%s, refresh_token),
            expires_at = %s,
            api_url = coalesce(%s, api_url),
            scope = %s,
            updated_at = now()
        where connection_id = %s
        """,
        [
            _encrypted(cipher, grant.access_token),
            _encrypted(cipher, grant.refresh_token),
            grant.expires_at,
            grant.api_url,
            grant.scope,
            connection_id,
        ],
    )


def _cipher(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _encrypted(cipher: MultiFernet, token: str | None) -> str | None:
    return None if token is None else cipher.encrypt(token.encode()).decode()


def _decrypted(cipher: MultiFernet, ciphertext: str | None) -> str | None:
    if ciphertext is None:
        return None
    try:
        return cipher.decrypt(ciphertext).decode()
    except InvalidToken as error:
        raise PermanentZoomError(
            "The stored access tokens cannot be decrypted with the current encryption keys.",
            next_step="Reconnect the account, or ask the team that runs WorkSights to restore the "
            "key that encrypted them.",
        ) from error
