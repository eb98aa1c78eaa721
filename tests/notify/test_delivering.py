"""One message and the mail server: what is sent, and what becomes of it when the server refuses,
stalls, or is not there.
"""

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integration.notify.message import Letter, NotAnAddress, message_of, recipient
from integration.notify.server import MailServer, mail_server
from integration.notify.smtp import NotNow, NotSent, Refused, ServerUnusable, Unconfirmed, deliver
from integration.settings import Settings, SettingsError
from tests.notify.smtp_server import MailBox, mail_box
from tests.servers.certificates import write_certificates

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PAGE = "https://page.example"


def settings(url: str, sender: str = "WorkSights <worksights@acme.example>") -> Settings:
    values = {"SMTP_URL": url, "MAIL_FROM": sender, "PUBLIC_URL": PAGE}
    return Settings(home=Path(), values=values)


def server_at(url: str) -> MailServer:
    server = mail_server(settings(url))
    assert server is not None
    return server


def letter(to: str = "ann@firm.example", **also: Any) -> Letter:
    return Letter(to, **{"subject": "Hello", "text": "Hi\n", "html": "<p>Hi</p>\n", **also})


def send(server: MailServer, one: Letter, **options: Any) -> None:
    to = recipient(one.to)
    message = message_of(one, to=to, server=server, number="mail-7", now=NOW)
    deliver(server, message, to=to, before_content=lambda: None, **options)


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_box() as one:
        yield one


def test_a_message_has_what_programs_for_mail_need(box: MailBox) -> None:
    """A header longer than 78 characters would be encoded, and no program finds a URL in it."""
    unsubscribe = f"<{PAGE}/digest/stop?token={'t' * 120}>"
    line = "A line of a letter that is longer than SMTP allows: " + "x" * 1200
    send(
        server_at(box.url),
        letter(
            subject="Zürich\r\nBcc: everybody@firm.example\x00",
            text=f".\n{line}\n",
            headers={"List-Unsubscribe": unsubscribe},
        ),
    )
    [got] = box.received
    assert max(len(one) for one in got.content.split(b"\r\n")) < 998
    assert f"List-Unsubscribe: {unsubscribe}".encode() in got.content
    message = got.message
    assert {name: str(message[name]) for name in message if "Content" not in name} == {
        "From": "WorkSights <worksights@acme.example>",
        "To": "ann@firm.example",
        "Subject": "Zürich Bcc: everybody@firm.example",
        "Date": "Mon, 23 Nov 2026 07:00:00 +0000",
        "Message-ID": "<mail-7@acme.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": unsubscribe,
        "MIME-Version": "1.0",
    }
    assert got.text.replace("\r\n", "\n") == f".\n{line}\n"
    assert (got.sender, got.recipient, box.commands[0]) == (
        "worksights@acme.example", "ann@firm.example", "ehlo page.example",
    )  # fmt: skip


def test_addresses_with_letters_of_all_scripts(box: MailBox) -> None:
    send(server_at(box.url), letter("ann@bücher.example"))
    send(server_at(box.url), letter("zoë@bücher.example"))
    assert [one.recipient for one in box.received] == [
        "ann@xn--bcher-kva.example", "zoë@xn--bcher-kva.example",
    ]  # fmt: skip
    box.extensions.clear()
    with pytest.raises(Refused, match="non-ASCII"):
        send(server_at(box.url), letter("zoë@bücher.example"))


NOT_ADDRESSES = (
    "", "ann", "ann@", "@firm.example", "a@b.example, c@d.example", "Ann <ann@firm.example>",
    "a@b.example\nBcc: c@d.example", "a\0@firm.example", "a@firm..example",
    "a@" + "x" * 64 + ".example",
)  # fmt: skip


@pytest.mark.parametrize("text", NOT_ADDRESSES)
def test_a_text_that_is_not_one_address_gets_no_mail(text: str) -> None:
    with pytest.raises(NotAnAddress):
        recipient(text)


def hang_up(line: socket.socket) -> None:
    line.shutdown(socket.SHUT_RDWR)


def http(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


LATER, UNCONFIRMED = "The mail server does not yet accept", "The mail server did not confirm"
QUOTES = "550 5.1.1 <ann@firm.example>: unknown"
GREYLISTED = "450 4.2.0 <ann@firm.example>: greylisted"
REFUSALS = [
    ({"RCPT": QUOTES}, Refused, "The mail server refused the recipient (550 5.1.1)."),
    ({"RCPT": GREYLISTED}, NotNow, f"{LATER} the recipient (450 4.2.0)."),
    ({"RCPT": "421 closing"}, NotNow, f"{LATER} the recipient (421)."),
    ({"MAIL": "553 5.7.1 no"}, ServerUnusable, "The mail server refused the sender (553 5.7.1)."),
    ({"CONNECT": "554 no"}, ServerUnusable, "The mail server refused the connection (554)."),
    ({"CONNECT": http}, ServerUnusable, "The mail server refused the connection (-1)."),
    ({"DATA": "451 4.3.0 later"}, NotNow, f"{LATER} the email (451 4.3.0)."),
    ({"CONTENT": "554 5.7.1 spam"}, Refused, "The mail server refused the email (554 5.7.1)."),
    ({"CONTENT": "452 4.2.2 full"}, NotNow, f"{LATER} the email (452 4.2.2)."),
    ({"CONTENT": hang_up}, Unconfirmed, f"{UNCONFIRMED} that it accepted the email."),
    ({"RCPT": hang_up}, NotNow, "The connection ended too early (SMTPServerDisconnected)."),
]


@pytest.mark.parametrize(("answers", "error", "reason"), REFUSALS)
def test_a_refusal_is_known_by_its_numbers_alone(
    answers: dict[str, Any], error: type[NotSent], reason: str, box: MailBox
) -> None:
    """Servers quote the address; reasons are stored and shown."""
    box.answers = answers
    with pytest.raises(NotSent) as caught:
        send(server_at(box.url), letter())
    assert (type(caught.value), caught.value.reason, box.received) == (error, reason, [])


def never(_line: socket.socket) -> None:
    time.sleep(3)


def slowly(line: socket.socket) -> None:
    """A byte at a time, so that no single answer takes too long, but all of them."""
    for _ in range(40):
        line.sendall(b"2")
        time.sleep(0.1)


@pytest.mark.parametrize("stalls", [never, slowly])
@pytest.mark.parametrize(
    ("command", "error"),
    [("CONNECT", ServerUnusable), ("RCPT", NotNow), ("CONTENT", Unconfirmed)],
)
def test_a_slow_server_is_left(
    stalls: Any, command: str, error: type[NotSent], box: MailBox
) -> None:
    box.answers = {command: stalls}
    started = time.monotonic()
    with pytest.raises(error):
        send(server_at(box.url), letter(), answer_seconds=0.3, whole_seconds=0.5)
    assert time.monotonic() - started < 2.5


def test_a_server_that_is_not_there_is_unusable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ServerUnusable, match="ConnectionRefusedError"):
        send(server_at(f"smtp://127.0.0.1:{port}"), letter())


def test_links_cross_a_network_encrypted(
    box: MailBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    host = {"host": "localhost", "security": "starttls", "user": "ann", "password": "päss"}
    shared = {"sender": server_at(box.url).sender, "own_name": "page.example", **host}
    with mail_box(context) as encrypting:
        server = MailServer(port=encrypting.port, **{**shared, "password": "word"})
        with pytest.raises(ServerUnusable, match="certificate"):
            send(server, letter())  # nobody knows who signed it
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.crt"))
        send(server, letter())
        encrypting.answers = {"AUTH": "535 5.7.8 ann: wrong password"}
        with pytest.raises(ServerUnusable) as caught:
            send(server, letter())
        with pytest.raises(ServerUnusable, match="UnicodeEncodeError"):
            send(MailServer(port=encrypting.port, **shared), letter())
    assert [one.is_encrypted for one in encrypting.received] == [True]
    assert caught.value.reason == "The mail server refused the user or the password (535)."
    with pytest.raises(ServerUnusable, match="does not offer STARTTLS"):
        send(MailServer(port=box.port, **shared), letter())
    assert [one for one in box.commands if one.startswith(("AUTH", "MAIL"))] == []


URLS = {
    "smtp://mail.example.com": ("mail.example.com", 587, "starttls", "", ""),
    "smtps://mail.example.com": ("mail.example.com", 465, "tls", "", ""),
    "smtp://u:p%40%2Fw@mail.example.com:2525": ("mail.example.com", 2525, "starttls", "u", "p@/w"),
    "smtp://localhost:1025": ("localhost", 1025, "none", "", ""),
    "smtp://relay?tls=off": ("relay", 25, "none", "", ""),
    "smtp://[::1]:1025/": ("::1", 1025, "none", "", ""),
}


@pytest.mark.parametrize("url", URLS)
def test_the_setting_of_the_server_is_a_url(url: str) -> None:
    one = server_at(url)
    assert (one.host, one.port, one.security, one.user, one.password) == URLS[url]


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("mail.example.com:587", "a@b.example", "SMTP_URL"),
        ("https://mail.example.com", "a@b.example", "SMTP_URL"),
        ("smtp://ann:secret/word@mail.example.com", "a@b.example", "SMTP_URL"),
        ("smtp://ann:secret@mail.example.com:port", "a@b.example", "SMTP_URL"),
        ("smtp://mail.example.com?tls=no", "a@b.example", "SMTP_URL"),
        ("smtps://mail.example.com?tls=off", "a@b.example", "SMTP_URL"),
        ("smtp://mail.example.com", "", "MAIL_FROM"),
        ("smtp://mail.example.com", "WorkSights", "MAIL_FROM"),
        ("smtp://mail.example.com", "a@b.example, c@d.example", "MAIL_FROM"),
        ("smtp://mail.example.com", "a@b.example\r\nBcc: c@d.example", "MAIL_FROM"),
    ],
)
def test_a_wrong_setting_is_named_without_the_password(url: str, sender: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named) as caught:
        mail_server(settings(url, sender))
    assert "secret" not in str(caught.value)


def test_without_the_setting_there_is_no_mail() -> None:
    assert mail_server(settings("")) is None
