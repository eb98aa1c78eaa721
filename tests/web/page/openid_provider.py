"""A provider of OpenID Connect over HTTP, with keys of its own, that can be made hostile."""

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "worksights-client", "secret of the client: ü/+%"
Sign = Callable[["IdentityProvider", dict[str, Any]], str]


@cache
def key_named(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": name, "use": "sig", "alg": "RS256"})


@dataclass
class IdentityProvider:
    """Whoever comes is signed in as `claims` say. The other fields make it behave otherwise."""

    base: str
    number: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "subject-1"})
    keys: list[RSAKey] = field(default_factory=lambda: [key_named("first")])
    sign: Sign | None = None
    document: dict[str, Any] = field(default_factory=dict)  # replaces what is published
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)  # path -> instead
    error: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def reset(self) -> None:
        """As it was made, with another issuer, of which nobody has seen the keys."""
        self.__dict__.update(IdentityProvider(self.base, self.number + 1).__dict__)

    @property
    def issuer(self) -> str:
        return f"{self.base}/{self.number}"

    def signed_by(self, key: RSAKey, claims: dict[str, Any], **header: Any) -> str:
        header = {"alg": "RS256", "kid": key.kid, **header}
        return jwt.encode({k: v for k, v in header.items() if v is not None}, claims, key)

    def count(self, path: str) -> int:
        return [asked for asked, _ in self.asked].count(path)

    def published(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
            **self.document,
        }

    def authorize(self, query: dict[str, str]) -> Response:
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        answer = {"error": self.error} if self.error else {"code": code}
        answer |= {"state": query["state"], "iss": self.issuer}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}")

    def token(self, form: dict[str, str]) -> Response:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "nonce": asked["nonce"],
            "iat": now, "exp": now + 300, "email_verified": True, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = self.sign(self, claims) if self.sign else self.signed_by(self.keys[0], claims)
        return JSONResponse({"access_token": "access", "token_type": "Bearer", "id_token": signed})


def credentials_of(request: Request) -> dict[str, str]:
    """Of the header, if it has some."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return {}
    client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    return {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}


def app_of(provider: IdentityProvider) -> Starlette:
    async def answer(request: Request) -> Response:
        path = f"/{request.path_params['path']}"
        form = dict(parse_qsl((await request.body()).decode()))
        given = {**request.query_params, **form}
        provider.asked.append((path, given))
        if path in provider.answers:
            return provider.answers[path]()
        match path:
            case "/authorize":
                return provider.authorize(given)
            case "/token":
                return provider.token({**credentials_of(request), **given})
            case "/keys":
                keys = [key.as_dict(private=False) for key in provider.keys]
                return JSONResponse({"keys": [{"kty": "odd"}, *keys]})
            case "/userinfo":
                is_known = request.headers.get("authorization") == "Bearer access"
                return JSONResponse(provider.userinfo, 200 if is_known else 401)
        return JSONResponse(provider.published())

    return Starlette(routes=[Route("/{number:int}/{path:path}", answer, methods=["GET", "POST"])])


@contextmanager
def running_provider() -> Iterator[IdentityProvider]:
    """The provider on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = IdentityProvider(f"http://127.0.0.1:{listener.getsockname()[1]}")
        config = uvicorn.Config(app_of(provider), log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join()
