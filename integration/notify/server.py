"""The mail server of the installation, from SMTP_URL and MAIL_FROM."""

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from integration.settings import Settings, SettingsError

Security = Literal["tls", "starttls", "none"]

PORTS = {"tls": 465, "starttls": 587, "none": 25}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
EXAMPLE = "Use a URL such as smtp://user:password@mail.example.com:587 or smtps://…"


@dataclass(frozen=True)
class MailServer:
    """`security` is "tls" from the first byte, "starttls" before anything else is said, or "none".
    `own_name` is the host of PUBLIC_URL, by which we introduce ourselves.
    """

    host: str
    port: int
    security: Security
    sender: Address
    own_name: str
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(settings: Settings) -> MailServer | None:
    """The server, or None if no mail is sent. Raises SettingsError, without the URL, which may
    contain a password.
    """
    url = settings.get("SMTP_URL")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"SMTP_URL is not a URL. {EXAMPLE}") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise SettingsError(
            f"SMTP_URL is not the URL of a mail server. {EXAMPLE} In the user and the password, "
            "write special characters as %XX."
        )
    security = _security(parts)
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[security],
        security=security,
        sender=_sender(settings.require("MAIL_FROM")),
        own_name=_own_name(settings.public_url),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _security(parts: SplitResult) -> Security:
    """Links in mails sign people in, so they cross a network encrypted, unless the operator chose
    otherwise for a server of their own.
    """
    asked = parse_qs(parts.query, keep_blank_values=True)
    if asked not in ({}, {"tls": ["off"]}):
        raise SettingsError("SMTP_URL has an unknown option. The only one is ?tls=off.")
    if parts.scheme == "smtps":
        if asked:
            raise SettingsError("SMTP_URL: smtps:// and ?tls=off conflict. Use smtp:// instead.")
        return "tls"
    return "none" if asked or parts.hostname in LOOPBACK else "starttls"


def _sender(text: str) -> Address:
    try:
        [(name, address)] = getaddresses([text])
        sender = Address(name, addr_spec=address)
    except (ValueError, IndexError, TypeError, MessageError) as error:
        raise _not_a_sender() from error
    is_usable = sender.username and sender.domain and address.isascii() and text.isprintable()
    if not is_usable:
        raise _not_a_sender()
    return sender


def _not_a_sender() -> SettingsError:
    return SettingsError(
        "MAIL_FROM must be an address such as worksights@example.com or "
        "WorkSights <worksights@example.com>."
    )


def _own_name(public_url: str) -> str:
    """Not the machine's own name: looking that up can take seconds, and it may not be valid."""
    host = urlsplit(public_url).hostname or "localhost"
    if ":" in host:
        return f"[IPv6:{host}]"
    if host.replace(".", "").isdigit():
        return f"[{host}]"
    return host if host.isascii() else host.encode("idna").decode()
