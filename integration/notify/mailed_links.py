"""Writes the mail with sign-in links, when it is sent: the links' ten minutes start then."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import psycopg

from integration.database import rows
from integration.database.own_organization import limit_to
from integration.directory.worksights_users import organizations_of_email
from integration.identity.cleaning import stored_spellings
from integration.notify.message import Letter, one_line
from integration.notify.sealing import unseal
from integration.notify.sender import Kind
from integration.notify.waiting import Mail
from integration.notify.writing import letter
from integration.settings import Settings
from integration.sign_in.openid.providers import provider_of
from integration.sign_in.sessions import LINK_LIFE, store_link
from integration.sign_in.signing import Signing, new_secret


@dataclass(frozen=True)
class _Recipient:
    organization_id: str
    organization_name: str
    user_id: str
    email: str  # as it is stored: only that one is known to be the user's
    spelling: str  # the same for two organizations that have the user's email


@dataclass(frozen=True)
class _Link:
    organization: str
    url: str


def sign_in_mails(settings: Settings) -> Kind:
    """Somebody whose link did not arrive waits for it, so it is sent again rather than not at
    all.
    """
    signing = Signing(settings.session_keys)

    def write(connection: psycopg.Connection, mail: Mail, now: datetime) -> Sequence[Letter]:
        asked = unseal(mail.sealed or "", keys=settings.encryption_keys)
        if asked is None:
            return []
        query = f"&next={quote(asked['next'], safe='/')}" if asked["next"] else ""
        links: dict[str, list[_Link]] = defaultdict(list)
        addresses: dict[str, str] = {}
        for one in _recipients(connection, asked["email"], now=now):
            limit_to(connection, one.organization_id)
            addresses.setdefault(one.spelling, one.email)
            if provider_of(connection, one.organization_id) is not None:  # no link signs in there
                start = f"{settings.public_url}/sign-in/{quote(one.organization_id, safe='')}"
                links[one.spelling].append(
                    _Link(one_line(one.organization_name), start + query.replace("&", "?", 1))
                )
                continue
            token = new_secret()
            store_link(
                connection,
                token,
                organization_id=one.organization_id,
                user_id=one.user_id,
                made_by=None,
                now=now,
                method="mail",
            )
            signed = signing.signed(token, purpose="sign-in")
            url = f"{settings.public_url}/sign-in?token={signed}{query}"
            links[one.spelling].append(_Link(one_line(one.organization_name), url))
        minutes = int(LINK_LIFE.total_seconds() // 60)
        return [
            letter("sign_in", to=addresses[spelling], links=some, minutes=minutes)
            for spelling, some in links.items()
        ]

    return Kind(write, is_repeatable=True)


def _recipients(connection: psycopg.Connection, email: str, *, now: datetime) -> list[_Recipient]:
    """The active users with this email, in every organization. Each is read in a transaction that
    is limited to it.
    """
    spellings = stored_spellings(email)
    found: list[_Recipient] = []
    for organization_id in organizations_of_email(connection, spellings):
        limit_to(connection, organization_id)
        found += _recipients_in(connection, organization_id, spellings, now=now)
    return sorted(found, key=lambda one: (one.organization_name, one.organization_id))


def _recipients_in(
    connection: psycopg.Connection, organization_id: str, spellings: Sequence[str], *, now: datetime
) -> list[_Recipient]:
    return rows.every(
        connection,
        _Recipient,
        """
        select
            users.organization_id, organizations.name as organization_name, users.user_id,
            users.email, lower(users.email collate "C") as spelling
        from worksights.users
        inner join worksights.organizations using (organization_id)
        where users.organization_id = %(organization)s
            and lower(users.email collate "C") = any(%(spellings)s)
            and (users.deactivated_at is null or users.deactivated_at > %(now)s)
        """,
        {"organization": organization_id, "spellings": [*spellings], "now": now},
    )
