"""Which addresses a provider of OpenID Connect may make us ask, and what a browser is called."""

import socket
import threading

import pytest

from integration.sign_in.browsers import browser_name
from integration.sign_in.openid.addresses import is_allowed, issuer_problem
from integration.sign_in.openid.http import ask
from integration.sign_in.openid.problems import OpenIdError, Problem

IDP, HERE = "https://idp.example/realm", "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("issuer", "is_usable"),
    [
        (IDP, True), ("https://idp.example", True), ("https://idp.example:8443/a", True),
        ("https://10.0.0.5/keycloak", True), (HERE, True), ("http://[::1]:8000", True),
        ("http://idp.example", False), ("http://localhost:8000", False), ("http://10.0.0.5", False),
        ("https://a:b@idp.example", False), ("https://idp.example?x=1", False),
        ("https://idp.example#x", False), ("https://", False), ("idp.example", False), ("", False),
        ("https://login.example/{tenantid}/v2.0", False), ("https://idp.example/a b", False),
        ("https://idp.example:99999", False), ("https://[idp", False), ("ftp://idp.example", False),
        ("https://ídp.example", False), ("https://" + "a" * 2000, False),
    ],
)  # fmt: skip
def test_an_issuer_is_an_https_address(issuer: str, is_usable: bool) -> None:
    assert (issuer_problem(issuer) is None) == is_usable


@pytest.mark.parametrize(
    ("address", "issuer", "is_possible"),
    [
        ("https://idp.example/token", IDP, True), ("https://keys.example/jwks", IDP, True),
        ("http://idp.example/token", IDP, False), (f"{HERE}/token", IDP, False),
        ("https://a:b@keys.example", IDP, False), ("file:///etc/passwd", IDP, False),
        ("https://idp.example\\@evil.example", IDP, False), (None, IDP, False), (7, IDP, False),
        (f"{HERE}/token", HERE, True), ("http://127.0.0.1:8001/token", HERE, False),
        ("https://idp.example/token", HERE, False), ("http://127.0.0.2:8000/", HERE, False),
    ],
)  # fmt: skip
def test_a_provider_names_https_addresses_only(
    address: object, issuer: str, is_possible: bool
) -> None:
    assert is_allowed(address, issuer=issuer) == is_possible


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_host_than_the_issuers_must_have_a_public_address(host: str) -> None:
    """It looks at the connection, so a name that leads here is no way around it."""
    received = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            connected, _ = listener.accept()
            with connected:
                received.append(connected.recv(100))

        thread = threading.Thread(target=listen)
        thread.start()
        with pytest.raises(OpenIdError) as caught:
            ask("GET", f"https://{host}:{listener.getsockname()[1]}/token", issuer=IDP)
        thread.join()
    assert (caught.value.problem, received) == (Problem.MISCONFIGURED, [b""])


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{WINDOWS} Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"{MAC} Version/18.0 Safari/605.1.15", "Safari on macOS"),
        (f"{ANDROID} SamsungBrowser/28.0 Chrome/130 Mobile Safari", "Samsung Internet on Android"),
        (f"{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_has_a_rough_name(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
