"""Which user of the organization signs in, by the claims that its provider has made.

The email finds the user; from the first sign-in on, the provider's own name of the account (its
subject) has to be the same, so whoever gets a former colleague's email does not get their account.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg

from integration.database import rows
from integration.sign_in.openid.problems import OpenIdError, Problem
from integration.sign_in.openid.providers import Provider
from integration.sign_in.sessions import Invitee

LONGEST_EMAIL = 254
# Some providers send the claims as texts or numbers.
TRUE_CLAIMS = {"email_verified": (True, "true"), "xms_edov": (True, "true", "1", 1)}


def identified_user(
    connection: psycopg.Connection,
    provider: Provider,
    claims: Mapping[str, Any],
    *,
    now: datetime,
) -> Invitee:
    """The user, whose account at the provider is bound to them from now on. OpenIdError if nobody
    in the organization may sign in with these claims.
    """
    user = _user_with(connection, provider, _verified_email(provider, claims), now=now)
    _bind(connection, provider, subject=claims["sub"], user_id=user.user_id)
    return user


def forget_account(connection: psycopg.Connection, *, organization_id: str, user_id: str) -> bool:
    """Lets the user sign in with another account of the provider. Returns whether one was known."""
    own = [organization_id, user_id]
    forgotten = connection.execute(
        "delete from integration.openid_subjects where organization_id = %s and user_id = %s", own
    )
    connection.execute(
        "delete from integration.page_sessions where organization_id = %s and user_id = %s", own
    )
    return forgotten.rowcount > 0


def _verified_email(provider: Provider, claims: Mapping[str, Any]) -> str:
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or len(email) > LONGEST_EMAIL:
        raise OpenIdError(Problem.NO_EMAIL)
    if not email.isprintable():
        raise OpenIdError(Problem.UNKNOWN_USER)
    verified = claims.get(provider.verified_by)
    if not any(type(verified) is type(one) and verified == one
               for one in TRUE_CLAIMS[provider.verified_by]):  # fmt: skip
        raise OpenIdError(Problem.UNVERIFIED_EMAIL)
    return email


def _user_with(
    connection: psycopg.Connection, provider: Provider, email: str, *, now: datetime
) -> Invitee:
    found = rows.every(
        connection,
        Invitee,
        """
        select
            user_id, organization_id, organizations.name as organization_name, full_name, email,
            role, null as link_made_by, 'openid' as method
        from worksights.users
        inner join worksights.organizations using (organization_id)
        where organization_id = %s and lower(email collate "C") = lower(%s::text collate "C")
        """,
        [provider.organization_id, email],
    )
    if len(found) != 1:
        raise OpenIdError(Problem.UNKNOWN_USER)
    is_active = rows.scalar(
        connection,
        bool,
        """
        select deactivated_at is null or deactivated_at > %s from worksights.users
        where organization_id = %s and user_id = %s
        """,
        [now, provider.organization_id, found[0].user_id],
    )
    if not is_active:
        raise OpenIdError(Problem.DEACTIVATED_USER)
    return found[0]


def _bind(
    connection: psycopg.Connection, provider: Provider, *, subject: str, user_id: str
) -> None:
    """OpenIdError if the account is bound to somebody else, or the user to another account."""
    account = "\0".join((provider.issuer, provider.client_id, subject))
    bound = [
        provider.organization_id,
        hashlib.sha256(account.encode(errors="surrogatepass")).hexdigest(),
        user_id,
    ]
    connection.execute(
        """
        insert into integration.openid_subjects (organization_id, subject_hash, user_id)
        values (%s, %s, %s)
        on conflict do nothing
        """,
        bound,
    )
    is_bound = connection.execute(
        """
        select from integration.openid_subjects
        where organization_id = %s and subject_hash = %s and user_id = %s
        """,
        bound,
    )
    if is_bound.rowcount == 0:
        raise OpenIdError(Problem.OTHER_ACCOUNT)
