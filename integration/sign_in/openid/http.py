"""One request to a provider, with limits of time and size.

No redirect is followed. The issuer's own host may have any address, because the operator has chosen
it. Other hosts, which only the provider names, must have a public one: a provider must not make
this server ask the services of its own network. It must not know what an answer means.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv6Address, ip_address
from typing import Any

import requests
from urllib3 import HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from integration.sign_in.openid.addresses import is_allowed, is_of_this_machine, origin
from integration.sign_in.openid.problems import OpenIdError, Problem
from integration.zoom.timed_answers import (
    SessionWithoutRedirects,
    TimedAdapter,
    TimedTlsConnection,
    closing_answers,
)

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 8.0  # for the whole answer
LARGEST_ANSWER_BYTES = 2**18  # a set of keys has a few kilobytes
CHUNK_BYTES = 2**14


@dataclass(frozen=True)
class Answer:
    """The JSON object of an answer."""

    status: int
    body: Mapping[str, Any] = field(repr=False)


def ask(
    method: str,
    address: str,
    *,
    issuer: str,
    form: Mapping[str, str] | None = None,
    credentials: tuple[str, str] | None = None,
    bearer: str | None = None,
) -> Answer:
    """The answer, whatever its status. OpenIdError if there is none in time, or no JSON object."""
    if not is_allowed(address, issuer=issuer):
        raise OpenIdError(Problem.MISCONFIGURED)
    try:
        with (
            _session(issuer) as session,
            closing_answers(),
            session.request(
                method,
                address,
                data=form,
                auth=credentials or _Bearer(bearer),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return Answer(response.status_code, _object(response))
    except (requests.Timeout, TimeoutError) as error:
        raise OpenIdError(Problem.SLOW) from error
    except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
        is_slow = "took too long" in str(error) or "timed out" in str(error)
        raise OpenIdError(Problem.SLOW if is_slow else Problem.UNREACHABLE) from error
    except ValueError as error:  # the answer is not HTTP
        raise OpenIdError(Problem.UNREADABLE) from error


def _object(response: requests.Response) -> Mapping[str, Any]:
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > LARGEST_ANSWER_BYTES:
            raise OpenIdError(Problem.UNREADABLE)
    try:
        found = json.loads(bytes(content))
    except (ValueError, RecursionError) as error:
        raise OpenIdError(Problem.UNREADABLE) from error
    if not isinstance(found, dict):
        raise OpenIdError(Problem.UNREADABLE)
    return found


def _session(issuer: str) -> requests.Session:
    session = SessionWithoutRedirects()
    session.headers["User-Agent"] = "worksights-zoom"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.adapters.clear()
    session.mount("https://", _PublicAdapter())
    session.mount(f"{origin(issuer)}/", TimedAdapter())
    session.trust_env = not is_of_this_machine(issuer)  # whether a proxy is used
    return session


class _Bearer(requests.auth.AuthBase):
    """Also without a token it keeps requests from sending a password of the server's .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _PublicConnection(TimedTlsConnection):
    """Ends a connection to an address that is not public before anything is sent. It looks at the
    connection, not at the name, which may have another address a moment later. Behind a proxy, the
    proxy decides what may be reached.
    """

    def _new_conn(self) -> Any:
        connected = super()._new_conn()
        if self.proxy is None and not _is_public(connected.getpeername()[0]):
            connected.close()
            raise OpenIdError(Problem.MISCONFIGURED)
        return connected


def _is_public(address: str) -> bool:
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicAdapter(TimedAdapter):
    pools = {**TimedAdapter.pools, "https": _PublicPool}
