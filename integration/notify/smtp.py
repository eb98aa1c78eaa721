"""Hands one message to the mail server, and says what became of it.

An answer of the server may quote the address, so reasons have only its numbers.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from typing import NoReturn

from integration.notify.message import as_bytes
from integration.notify.server import MailServer

ANSWER_SECONDS = 20.0  # for each answer
WHOLE_SECONDS = 60.0  # for a message; a server could send a byte every few seconds
ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463


class NotSent(Exception):
    """The message was not sent; `reason` is a sentence without an address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(NotSent):
    """The server will never accept this message."""


class NotNow(NotSent):
    """The server may accept this message later."""


class ServerUnusable(NotSent):
    """The server accepts no message from us now, whatever it is."""


class Unconfirmed(NotSent):
    """The content was transmitted, but no answer came: the message may have been sent."""


class _Connection(smtplib.SMTP):
    """A connection that can be ended from another thread."""

    is_ended = False

    def hang_up(self) -> None:
        self.is_ended = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def getreply(self) -> tuple[int, bytes]:
        """A part of a line, cut off by the end of the connection, would count as an answer."""
        answer = super().getreply()
        if self.is_ended:
            raise smtplib.SMTPServerDisconnected("the answer took too long")
        return answer


def deliver(
    server: MailServer,
    message: EmailMessage,
    *,
    to: Address,
    before_content: Callable[[], None],
    answer_seconds: float = ANSWER_SECONDS,
    whole_seconds: float = WHOLE_SECONDS,
) -> None:
    """Sends the message to one recipient, or raises one of the errors above. `before_content` is
    called when the server has accepted the recipient.
    """
    with _session(server, answer_seconds, whole_seconds) as smtp:
        is_international = not to.username.isascii()
        if is_international and not smtp.has_extn("smtputf8"):
            raise Refused("The mail server does not support addresses with non-ASCII letters.")
        try:
            options = ["SMTPUTF8"] if is_international else []
            _accept(smtp.mail(server.sender.addr_spec, options), "sender", ServerUnusable)
            _accept(smtp.rcpt(to.addr_spec), "recipient", Refused)
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(f"The connection ended too early ({type(error).__name__}).") from error
        before_content()
        try:
            answer = smtp.data(as_bytes(message))
        except smtplib.SMTPDataError as error:  # no content was transmitted
            answer = (error.smtp_code, _as_bytes(error.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            raise Unconfirmed(
                "The mail server did not confirm that it accepted the email."
            ) from error
        _accept(answer, "email", Refused)


@contextmanager
def _session(
    server: MailServer, answer_seconds: float, whole_seconds: float
) -> Iterator[smtplib.SMTP]:
    """A connection that is ready for a message, and ends after `whole_seconds` at the latest."""
    smtp = _Connection(local_hostname=server.own_name, timeout=answer_seconds)
    alarm = threading.Timer(whole_seconds, smtp.hang_up)
    alarm.daemon = True
    try:
        try:
            smtp.sock = socket.create_connection((server.host, server.port), answer_seconds)
            alarm.start()
            _introduce(smtp, server)
        except smtplib.SMTPAuthenticationError as error:
            raise ServerUnusable(
                f"The mail server refused the user or the password ({error.smtp_code})."
            ) from error
        except ssl.SSLError as error:
            raise ServerUnusable("The mail server's certificate or TLS is invalid.") from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise ServerUnusable(
                f"The mail server cannot be used ({type(error).__name__})."
            ) from error
        yield smtp
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
    finally:
        alarm.cancel()
        smtp.close()


def _introduce(smtp: smtplib.SMTP, server: MailServer) -> None:
    # smtplib's own connect() and starttls() know the host only together, and then nothing ends a
    # connection whose greeting never comes.
    if server.security == "tls":
        _encrypt(smtp, server)
    _accept(smtp.getreply(), "connection", ServerUnusable)
    smtp.ehlo_or_helo_if_needed()
    if server.security == "starttls":
        if not smtp.has_extn("starttls"):
            raise ServerUnusable("The mail server does not offer STARTTLS.")
        _accept(smtp.docmd("STARTTLS"), "encryption", ServerUnusable)
        _encrypt(smtp, server)
        smtp.ehlo_resp = smtp.helo_resp = None  # what was said unencrypted may be forged
        smtp.esmtp_features = {}
        smtp.ehlo_or_helo_if_needed()
    if server.user:
        smtp.login(server.user, server.password)


def _encrypt(smtp: smtplib.SMTP, server: MailServer) -> None:
    assert smtp.sock is not None  # noqa: S101  (for the type checker)
    context = ssl.create_default_context()
    smtp.sock = context.wrap_socket(smtp.sock, server_hostname=server.host)
    smtp.file = None  # drops what arrived before the encryption


def _accept(answer: tuple[int, bytes], what: str, refused: type[NotSent]) -> None:
    """Raises NotNow for 4xx, and `refused` for every other answer but 2xx."""
    code, text = answer
    if 200 <= code < 300:
        return
    numbers = f"{code} {enhanced[0].decode()}" if (enhanced := ENHANCED.match(text)) else str(code)
    _raise(code, f"The mail server refused the {what} ({numbers}).", refused)


def _raise(code: int, reason: str, refused: type[NotSent]) -> NoReturn:
    if 400 <= code < 500 and refused is Refused:
        raise NotNow(reason.replace("refused", "does not yet accept"))
    raise refused(reason)


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
