"""Puts a letter into the form of an Internet message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

import idna

from integration.identity.cleaning import cleaned_email
from integration.notify.server import MailServer

# Python writes the words of a longer header as encoded words, in which nobody finds a URL. The
# longest line of a message has 998 bytes.
HEADER_LINE = 900
# Nothing that could separate it from another address, or from a name.
ONE_LOCAL_PART = re.compile(r"[^\s<>()\[\],;:\"\\\x00-\x1f\x7f]+")


class NotAnAddress(Exception):
    """No mail can be sent to this text."""


@dataclass(frozen=True)
class Letter:
    """`to` is an address alone, without a name. `text` and `html` say the same."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def recipient(written: str) -> Address:
    """The address with its host in A-labels. Raises NotAnAddress for anything but one address."""
    local, at, host = written.strip().rpartition("@")
    try:
        ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode()
        address = Address(username=local, domain=ascii_host)
    except (ValueError, UnicodeError, IndexError, TypeError) as error:
        raise NotAnAddress from error
    if not at or not ONE_LOCAL_PART.fullmatch(local) or cleaned_email(written) is None:
        raise NotAnAddress
    return address


def message_of(
    letter: Letter, *, to: Address, server: MailServer, number: str, now: datetime
) -> EmailMessage:
    """The message. With the same `number` it has the same Message-ID, so a mail that is sent again
    can be recognized.
    """
    message = EmailMessage(policy=SMTP if to.username.isascii() else SMTPUTF8)
    message["From"] = server.sender
    message["To"] = to
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{number}@{server.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # for Exchange, which ignores the line above
    for name, value in letter.headers.items():
        message[name] = value
    # Base64, Python's choice for some texts, looks like spam to filters.
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def as_bytes(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=message.policy.clone(max_line_length=HEADER_LINE))


def one_line(text: str) -> str:
    """The text as a value of a header: without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
