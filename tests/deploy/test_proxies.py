"""nginx and Caddy with the configuration of deploy/, in front of the receivers and the page."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.commands.program import APP_SETTINGS, Program, execute, program_with, rows
from tests.commands.two_organizations import PEOPLE
from tests.databases import new_database, with_own_logins
from tests.deploy.proxies import is_installed, proxy
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import free_port, kill_group, serving
from tests.processes.signing import signed
from tests.web.page.site import Visitor

PROXIES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            not is_installed(name), reason=f"no {name} (Debian: apt-get install {name})"
        ),
    )
    for name in ("nginx", "caddy")
]
# With spaces and escapes that a proxy would change if it parsed the body.
BODY = '{ "event" :"meeting.started",\r\n "payload":{"account_id":"x", "t": "\\u00e9é"}}'.encode()
LIMIT = 1 << 20
HSTS = "max-age=31536000"
STORED = "select count(*) from ingress.deliveries"
CLIENTS = """
    select count(*) from integration.sign_in_requests group by client_digest order by 1
"""


@dataclass(frozen=True)
class Site:
    proxy: str
    address: str
    folder: Path
    ports: dict[str, int]
    database_url: str
    program: Program
    first_receiver: Popen[str]

    def visitor(self, source: str = "127.0.0.1") -> Visitor:
        """A browser at this address of the machine."""
        visitor = Visitor(self.address)
        visitor.http.verify = str(self.folder / "authority.crt")
        visitor.http.mount("https://", FromAddress(source))
        return visitor

    def deliver(self, body: bytes, **headers: str) -> requests.Response:
        with self.visitor().http as http:
            return http.post(
                f"{self.address}/webhooks/zoom",
                data=body,
                headers={**signed(body), **headers},
                timeout=PATIENCE,
            )


class FromAddress(HTTPAdapter):
    """Connects from an address of this machine."""

    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, **options, source_address=(self._source, 0))


@pytest.fixture(scope="module", params=PROXIES)
def site(
    request: pytest.FixtureRequest, server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The proxy, two receivers and the page, each with a login of its own."""
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    with new_database(server_url) as url, ExitStack() as stack:
        settings = {
            **APP_SETTINGS,
            **with_own_logins(url),
            "PUBLIC_URL": f"https://localhost:{port}",
            "SMTP_URL": "smtp://127.0.0.1:1?tls=off",
            "MAIL_FROM": "worksights@acme.example",
        }
        program = stack.enter_context(program_with(**settings))
        execute(url, PEOPLE)
        parts = [
            stack.enter_context(serving(program, only=part))
            for part in ("page", "receiver", "receiver")
        ]
        page, first, second = (port for _, port in parts)
        ports = {"80": free_port(), "443": port, "8080": page, "8081": first, "8082": second}
        address = stack.enter_context(proxy(request.param, folder, ports))
        yield Site(request.param, address, folder, ports, url, program, parts[1][0])


def test_a_delivery_arrives_unchanged(site: Site) -> None:
    answer = site.deliver(BODY)
    assert (answer.status_code, answer.headers.get("Strict-Transport-Security")) == (204, HSTS)
    stored = rows(site.database_url, "select body from ingress.deliveries")
    assert [bytes(body) for (body,) in stored] == [BODY]


def test_a_body_over_the_limit_and_long_headers_are_refused(site: Site) -> None:
    before = rows(site.database_url, STORED)
    assert site.deliver(b" " * (LIMIT + 1)).status_code == 413
    assert site.deliver(BODY, **{"X-Long": "a" * (40 << 10)}).status_code in (400, 431)
    assert site.deliver(b" " * LIMIT).status_code == 204  # not JSON: stored without its body
    assert rows(site.database_url, STORED)[0][0] == before[0][0] + 1


def test_monitoring_is_not_public(site: Site) -> None:
    visitor = site.visitor()
    codes = [visitor.get(path).status_code for path in ("/metrics", "/readyz", "/healthz")]
    assert codes == [404, 404, 200]


def test_people_sign_in_with_cookies_for_https_only(site: Site) -> None:
    answer = site.program("sign-in-link", "--user", "anna@acme.example")
    link = next(word for word in answer.out.split() if "/sign-in?token=" in word)
    visitor = site.visitor()
    visitor.sign_in(link)
    cookies = list(visitor.http.cookies)
    assert cookies
    assert [
        one.name for one in cookies if not (one.secure and one.name.startswith("__Host-"))
    ] == []
    page = visitor.follow("/account")
    assert "anna@acme.example" in page.text
    assert page.headers["Strict-Transport-Security"] == HSTS


def test_the_page_knows_the_address_of_a_client_whatever_the_client_says(site: Site) -> None:
    """It limits how many sign-in links one client can ask for."""
    for source, claimed in (("127.0.0.2", ""), ("127.0.0.2", "203.0.113.9"), ("127.0.0.3", "")):
        visitor = site.visitor(source)
        headers = {"X-Forwarded-For": claimed} if claimed else {}
        answer = visitor.send("/mailed-link", [("email", "both@acme.example")], headers=headers)
        assert answer.is_redirect
    assert rows(site.database_url, CLIENTS) == [(1,), (2,)]


def test_plain_http_leads_to_https(site: Site) -> None:
    if site.proxy == "caddy":
        pytest.skip("Caddy does it together with fetching certificates, which this test replaces")
    with requests.Session() as http:
        http.trust_env = False
        address = f"http://localhost:{site.ports['80']}/timeline?day=2026-03-02"
        answer = http.get(address, allow_redirects=False, timeout=PATIENCE)
    assert (answer.status_code, answer.headers["Location"]) == (
        308, "https://localhost/timeline?day=2026-03-02",
    )  # fmt: skip


def test_no_sign_in_token_is_in_a_log(site: Site) -> None:
    site.visitor().get("/sign-in?token=a-token-of-the-tests")
    texts = {file.name: file.read_text() for file in site.folder.glob("*.log")}
    assert [name for name, text in texts.items() if "a-token-of-the-tests" in text] == []


def test_a_delivery_goes_to_the_other_receiver_while_one_is_away(site: Site) -> None:
    """The last test of this file, because that receiver stays away."""
    kill_group(site.first_receiver)
    if site.proxy == "caddy":  # it notices at a failed delivery or check, and retries nothing
        wait_until(lambda: [site.deliver(BODY).status_code for _ in range(6)] == [204] * 6)
    assert [site.deliver(BODY).status_code for _ in range(6)] == [204] * 6
