"""Requests for a sign-in link by mail.

Whoever asks gets the same answer after the same work, whether or not the address belongs to
somebody: a request only stores that somebody asked, and the sender looks for the users later.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

import psycopg

from integration.database import rows
from integration.notify.sealing import seal
from integration.sign_in.sessions import LINK_LIFE

SIGN_IN = "sign_in"
# The period is the lifetime of a link: anyone over the limit has a link that still works. So no one
# can keep someone else from signing in by asking for links in their name.
OF_ONE_ADDRESS, ADDRESS_PERIOD = 3, LINK_LIFE
# An office behind one address signs in on Monday morning, all at once.
OF_ONE_CLIENT, CLIENT_PERIOD = 60, timedelta(minutes=10)
# A mail that arrives long after somebody asked would only surprise them.
SENT_WITHIN = timedelta(minutes=30)


class TooManyRequests(Exception):
    """This client has asked too often."""


@dataclass(frozen=True)
class AskedLink:
    """What somebody entered: a cleaned email, and the page to go to ("" for the start page)."""

    email: str = field(repr=False)
    next_path: str = field(repr=False)
    client: str = field(repr=False)  # an IP address


def ask_for_link(
    connection: psycopg.Connection,
    asked: AskedLink,
    *,
    session_keys: Sequence[str],
    encryption_keys: Sequence[str],
    now: datetime,
) -> None:
    """Has a link mailed, unless the address has reached its limit. TooManyRequests if the client
    has.
    """
    address = _digest(asked.email, key=session_keys[0])
    client = _digest(_network(asked.client), key=session_keys[0])
    for digest in sorted({address, client}):  # in one order, so that nobody waits for each other
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
    of_client = rows.scalar(
        connection,
        int,
        """
        select count(*) from integration.sign_in_requests
        where client_digest = %s and requested_at > %s
        """,
        [client, now - CLIENT_PERIOD],
    )
    if of_client >= OF_ONE_CLIENT:
        raise TooManyRequests
    of_address = rows.scalar(
        connection,
        int,
        """
        select count(*) from integration.sign_in_requests
        where address_digest = %s and requested_at > %s
        """,
        [address, now - ADDRESS_PERIOD],
    )
    if of_address >= OF_ONE_ADDRESS:
        return
    connection.execute(
        """
        insert into integration.sign_in_requests (address_digest, client_digest, requested_at)
        values (%s, %s, %s)
        """,
        [address, client, now],
    )
    connection.execute(
        """
        insert into integration.mails (kind, sealed, created_at, next_attempt_at, expires_at)
        values (%s, %s, %s, %s, %s)
        """,
        [
            SIGN_IN,
            seal({"email": asked.email, "next": asked.next_path}, keys=encryption_keys),
            now,
            now,
            now + SENT_WITHIN,
        ],
    )


def _digest(text: str, *, key: str) -> str:
    """With a key, because there are few enough IP addresses to try all of them."""
    return hmac.new(f"sign-in request {key}".encode(), text.encode(), hashlib.sha256).hexdigest()


def _network(client: str) -> str:
    """The client's address, or the network that a household or an office has of IPv6."""
    try:
        address = ip_address(client)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> 64)
    return str(address)
