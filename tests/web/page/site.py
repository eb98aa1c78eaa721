"""The page as people use it: a running app on a database with two organizations, a Zoom simulator,
and signed-in visitors that send HTTP requests.
"""

import re
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import requests
import uvicorn

from integration.commands.sign_in_link import create_link
from integration.database.postgres import connect
from integration.directory.rights import RIGHTS
from integration.settings import Settings
from integration.web.app import create_app
from integration.web.page.activity import NOTICE
from integration.web.serve import config_of
from simulator.world import World
from tests.patience import PATIENCE
from tests.pipeline.installation import ENCRYPTION_KEY

CLIENT = ("client-of-the-tests", "client-secret-of-the-tests")
ROLES = tuple(RIGHTS)
ORGANIZATIONS = ("acme", "globex")
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
AS_A_BROWSER = {
    "Accept": "text/html",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140",
    "Sec-Fetch-Mode": "navigate",
}


@dataclass
class Visitor:
    """A browser without a screen: it keeps cookies and follows redirects only in `follow`."""

    base: str
    http: requests.Session = field(default_factory=requests.Session)
    reads_notice: bool = True  # and selects Continue, whenever they have signed in

    def __post_init__(self) -> None:
        self.http.trust_env = False
        self.http.headers.update(AS_A_BROWSER)

    def get(self, path: str, **options: Any) -> requests.Response:
        address = path if "://" in path else self.base + path
        return as_read(self.http.get(address, timeout=PATIENCE, allow_redirects=False, **options))

    def post(
        self, path: str, fields: dict[str, Any] | Sequence[tuple[str, str]] = (), **options: Any
    ) -> requests.Response:
        """Sends a form as the page's own: with the session's token, from the same origin."""
        pairs = [*fields.items()] if isinstance(fields, dict) else [*fields]
        return self.send(path, [("csrf_token", self.csrf_token()), *pairs], **options)

    def send(
        self, path: str, fields: Sequence[tuple[str, Any]] = (), **options: Any
    ) -> requests.Response:
        """Sends a form exactly as it is given."""
        address = self.base + path
        answer = self.http.post(
            address, data=[*fields], timeout=PATIENCE, allow_redirects=False, **options
        )
        if path == "/sign-in" and answer.is_redirect and self.reads_notice:
            self.leave_notice(self.get(NOTICE))
        return as_read(answer)

    def leave_notice(self, page: requests.Response) -> requests.Response:
        """Selects the notice's button; without a notice, returns the page."""
        return self.send(NOTICE, button_of(page.text, NOTICE)) if page.ok else page

    def sign_in(self, link: str, **options: Any) -> requests.Response:
        """Opens a sign-in link and presses its button; returns the response or the refusal."""
        page = self.get(link)
        return self.send("/sign-in", button_of(page.text), **options) if page.ok else page

    def csrf_token(self) -> str:
        return re.search(r'name="csrf_token" value="([^"]+)"', self.get("/account").text)[1]

    def follow(self, path: str) -> requests.Response:
        """The page at the end of all redirects."""
        answer = self.get(path)
        for _ in range(8):
            if not answer.is_redirect:
                break
            answer = self.get(requests.compat.urljoin(answer.url, answer.headers["location"]))
        return answer


def as_read(answer: requests.Response) -> requests.Response:
    """Without the places where an address may be broken, which nobody reads."""
    answer._content = answer.content.replace(b"<wbr>", b"")
    return answer


def button_of(page: str, action: str = "/sign-in") -> list[tuple[str, str]]:
    """What the button of a sign-in page, or of another one, sends."""
    form = re.search(rf'<form method="post" action="{action}">(.*?)</form>', page, re.DOTALL)
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])
    return [(name, unescape(value)) for name, value in fields]


@dataclass
class Site:
    """`world` is the Zoom simulator behind it. Both organizations have a user of every role, with
    `user_id` and email derived from role and organization.
    """

    base: str
    database_url: str
    settings: Settings
    world: World
    visitors: list[Visitor] = field(default_factory=list)

    def stranger(self) -> Visitor:
        self.visitors.append(Visitor(self.base))
        return self.visitors[-1]

    def link(self, role: str, organization: str = "acme") -> str:
        return create_link(
            self.settings, self.database_url, email=email_of(role, organization),
            organization=organization, made_by=None,
        )  # fmt: skip

    def visitor(self, role: str, organization: str = "acme") -> Visitor:
        """A user of this role who has just signed in."""
        visitor = self.stranger()
        assert visitor.sign_in(self.link(role, organization)).status_code == 303
        return visitor

    def connect(self, organization: str, account: str) -> str:
        """Creates a connection as it is after an import; returns its id."""
        return self.rows(
            """
            insert into integration.connections (
                organization_id, zoom_account_id, owner_user_id, connected_at, granted_at,
                users_imported_at, next_import_at
            )
            values (%s, %s, %s, %s, %s, now(), now() + interval '6 hours')
            returning connection_id
            """,
            organization, account, user_id_of("executive", organization), LONG_AGO, LONG_AGO,
        )[0][0]  # fmt: skip

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Runs a statement as the database's owner; returns its rows, if any."""
        with connect(self.database_url) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []


def user_id_of(role: str, organization: str = "acme") -> str:
    return f"{organization}-{role}"


def email_of(role: str, organization: str = "acme") -> str:
    return f"{role}@{organization}.example"


@contextmanager
def running_site(
    database_url: str,
    *,
    world: World,
    zoom_url: str,
    home: Path,
    public_url: str = "",
    session_key: str = "session-key-of-the-tests",
    also: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """The app on a free port, on a migrated database that is filled with people. Without a
    `public_url`, the address with that port is used. `also`: more settings.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(
            home=home,
            values={
                "ZOOM_CLIENT_ID": CLIENT[0],
                "ZOOM_CLIENT_SECRET": CLIENT[1],
                "ZOOM_WEBHOOK_SECRET_TOKEN": "webhook-secret-of-the-tests",
                "ZOOM_OAUTH_URL": zoom_url,
                "ZOOM_API_URL": zoom_url,
                "ENCRYPTION_KEY": ENCRYPTION_KEY,
                "SESSION_KEY": session_key,
                "PUBLIC_URL": public_url or base,
                **(also or {}),
            },
        )
        _people(database_url)
        server = uvicorn.Server(config_of(create_app(settings, database_url)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        site = Site(base, database_url, settings, world)
        try:
            yield site
        finally:
            for visitor in site.visitors:
                visitor.http.close()
            server.should_exit = True
            thread.join()


def _people(database_url: str) -> None:
    with connect(database_url) as connection:
        for organization in ORGANIZATIONS:
            connection.execute(
                "insert into worksights.organizations values (%s, %s, %s) on conflict do nothing",
                [organization, organization.title(), LONG_AGO],
            )
            for role in ROLES:
                connection.execute(
                    """
                    insert into worksights.users
                        (user_id, organization_id, email, full_name, role, time_zone, created_at)
                    values (%s, %s, %s, %s, %s, 'Europe/Berlin', %s)
                    on conflict do nothing
                    """,
                    [
                        user_id_of(role, organization), organization, email_of(role, organization),
                        f"{role.replace('_', ' ').title()} of {organization.title()}", role,
                        LONG_AGO,
                    ],
                )  # fmt: skip
