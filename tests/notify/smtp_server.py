"""A mail server of the tests: it keeps what it accepts, and refuses or stalls as it is asked to."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any

from tests.patience import wait_until


@dataclass(frozen=True)
class Received:
    sender: str
    recipient: str
    content: bytes
    is_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=SMTPUTF8)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content()

    @property
    def html(self) -> str:
        return self.message.get_body(("html",)).get_content()


@dataclass
class MailBox:
    """`answers` maps a command (or "CONTENT", or "CONNECT") to the reply instead of 250, or to a
    function that does something else; a list is used up, reply by reply.
    """

    port: int
    received: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    extensions: list[str] = field(default_factory=lambda: ["8BITMIME", "SMTPUTF8"])
    context: ssl.SSLContext | None = None  # offers STARTTLS

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def wait_for(self, number: int) -> list[Received]:
        wait_until(lambda: len(self.received) >= number)
        return self.received

    def reply(self, command: str, usual: str) -> str | Callable[[Any], None]:
        special = self.answers.get(command, usual)
        if isinstance(special, list):
            return special.pop(0) if special else usual
        return special


class _Session(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self) -> None:
        self.box: MailBox = self.server.box  # type: ignore[attr-defined]
        self.is_encrypted, self.sender, self.recipient = False, "", ""
        self.box.connections += 1
        try:
            self._say("CONNECT", "220 tests ready")
            while line := self.rfile.readline():
                if not self._obey(line.decode().strip()):
                    break
        except OSError:
            pass  # the client has hung up
        finally:
            self.rfile.close()
            self.connection.close()

    def _obey(self, line: str) -> bool:
        command = line.split(" ")[0].upper()
        self.box.commands.append(line)
        if command == "EHLO":
            offers = [*self.box.extensions, *(["STARTTLS"] if self._may_encrypt() else [])]
            self._write("".join(f"250-{one}\r\n" for one in ["tests", *offers]) + "250 AUTH PLAIN")
        elif command == "STARTTLS":
            self._write("220 go on")
            self.connection = self.box.context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.is_encrypted = True
        elif command == "AUTH":
            self._say(command, "235 welcome")
        elif command == "DATA":
            self._take()
        else:
            address = line.partition("<")[2].partition(">")[0]
            self.sender = address if command == "MAIL" else self.sender
            self.recipient = address if command == "RCPT" else self.recipient
            self._say(command, "221 bye" if command == "QUIT" else "250 fine")
        return command != "QUIT"

    def _take(self) -> None:
        if not self._say("DATA", "354 go on").startswith("354"):
            return
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self._say("CONTENT", "250 accepted").startswith("250"):
            self.box.received.append(
                Received(self.sender, self.recipient, b"".join(lines), self.is_encrypted)
            )

    def _may_encrypt(self) -> bool:
        return self.box.context is not None and not self.is_encrypted

    def _say(self, command: str, usual: str) -> str:
        answer = self.box.reply(command, usual)
        if callable(answer):
            answer(self.connection)
            return ""
        self._write(answer)
        return answer

    def _write(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def mail_box(context: ssl.SSLContext | None = None) -> Iterator[MailBox]:
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.box = MailBox(server.server_address[1], context=context)  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.box  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()
