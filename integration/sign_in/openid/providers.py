"""The provider of an organization, with an encrypted secret. A command sets and removes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from integration.database import rows

# Which claim says that the email address is the person's. Entra ID sends no `email_verified`. Its
# `xms_edov` says that the owner of the address's domain vouches for it.
VERIFIED_BY = ("email_verified", "xms_edov")
VerifiedBy = Literal["email_verified", "xms_edov"]


class SecretUnreadable(Exception):
    """None of the encryption keys can read the client secret."""


@dataclass(frozen=True)
class Provider:
    organization_id: str
    organization_name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)  # encrypted
    verified_by: VerifiedBy

    def secret(self, keys: Sequence[str]) -> str:
        """The client secret in plain text; SecretUnreadable if no key fits."""
        try:
            return _cipher(keys).decrypt(self.client_secret).decode()
        except InvalidToken as error:
            raise SecretUnreadable from error


def provider_of(connection: psycopg.Connection, organization_id: str) -> Provider | None:
    """None if the organization signs in with links, or does not exist."""
    return rows.maybe_one(
        connection,
        Provider,
        """
        select
            organization_id, organizations.name as organization_name, issuer, client_id,
            client_secret, verified_by
        from integration.openid_providers
        inner join worksights.organizations using (organization_id)
        where organization_id = %s
        """,
        [organization_id],
    )


def keeps_provider(connection: psycopg.Connection, provider: Provider) -> bool:
    """Whether this still is the organization's provider; it stays so until the transaction ends."""
    found = connection.execute(
        """
        select from integration.openid_providers
        where organization_id = %s and issuer = %s and client_id = %s
        for share
        """,
        [provider.organization_id, provider.issuer, provider.client_id],
    )
    return found.rowcount > 0


def set_provider(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    issuer: str,
    client_id: str,
    client_secret: str,
    verified_by: str,
    keys: Sequence[str],
) -> bool:
    """Stores the provider. Returns whether it replaces links or another provider: then everybody
    in the organization has been signed out. Another secret of the same client signs nobody out.
    """
    before = connection.execute(
        "select issuer, client_id from integration.openid_providers "
        "where organization_id = %s for update",
        [organization_id],
    ).fetchone()
    connection.execute(
        """
        insert into integration.openid_providers
            (organization_id, issuer, client_id, client_secret, verified_by)
        values (%s, %s, %s, %s, %s)
        on conflict (organization_id) do update set
            issuer = excluded.issuer,
            client_id = excluded.client_id,
            client_secret = excluded.client_secret,
            verified_by = excluded.verified_by,
            changed_at = now()
        """,
        [
            organization_id,
            issuer,
            client_id,
            _cipher(keys).encrypt(client_secret.encode()).decode(),
            verified_by,
        ],
    )
    if before == (issuer, client_id):
        return False
    _sign_everybody_out(connection, organization_id)
    return True


def remove_provider(connection: psycopg.Connection, organization_id: str) -> bool:
    """Returns whether there was one. Everybody in the organization is signed out."""
    removed = connection.execute(
        "delete from integration.openid_providers where organization_id = %s", [organization_id]
    )
    if removed.rowcount == 0:
        return False
    _sign_everybody_out(connection, organization_id)
    return True


def _sign_everybody_out(connection: psycopg.Connection, organization_id: str) -> None:
    """Also forgets which account of the provider belongs to whom: another provider, and another
    client, may name the same person differently.
    """
    for statement in (
        "delete from integration.page_sessions where organization_id = %s",
        "delete from integration.sign_in_links where organization_id = %s",
        "delete from integration.openid_subjects where organization_id = %s",
    ):
        connection.execute(statement, [organization_id])


def _cipher(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
