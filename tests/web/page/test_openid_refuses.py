"""Providers, people and browsers that must not sign in with OpenID Connect, and what they read."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.responses import JSONResponse, RedirectResponse, Response

from integration.sign_in.openid import discovery, http
from tests.web.page.openid_provider import IdentityProvider, key_named
from tests.web.page.openid_story import OpenIdSite, module_site, openid
from tests.web.page.site import Visitor, email_of, user_id_of
from tests.web.page.zoom_users import words

__all__ = ["module_site", "openid"]

UNTRUSTED = "WorkSights could not verify who you are"
NO_LONGER_VALID = "This sign-in is no longer valid"
NOT_SET_UP = "is not set up for WorkSights"
NO_SENSE = "sent an invalid response"


def refused(openid: OpenIdSite, visitor: Visitor | None = None) -> tuple[int, str]:
    """The status and the text of the page that the browser gets instead of a session."""
    before = openid.signed_in()
    answer = openid.sign_in(visitor or openid.site.stranger())
    assert openid.signed_in() == before
    return answer.status_code, words(answer.text)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unsigned(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    body = provider.signed_by(provider.keys[0], claims).split(".")[1]
    return f"{encoded(json.dumps({'alg': 'none'}).encode())}.{body}."


def with_the_public_key(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    head, body, _ = provider.signed_by(provider.keys[0], claims).split(".")
    head = encoded(json.dumps({"alg": "HS256", "kid": provider.keys[0].kid}).encode())
    public = provider.keys[0].as_pem(private=False)
    return f"{head}.{body}.{encoded(hmac.digest(public, f'{head}.{body}'.encode(), 'sha256'))}"


def by_another_key(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return provider.signed_by(key_named("other"), claims, kid=provider.keys[0].kid)


def changed_afterwards(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    head, _, signature = provider.signed_by(provider.keys[0], claims).split(".")
    _, body, _ = provider.signed_by(provider.keys[0], {**claims, "sub": "x"}).split(".")
    return ".".join((head, body, signature))


TOKENS: dict[str, Callable[[IdentityProvider, dict[str, Any]], Any]] = {
    "no signature": unsigned,
    "signed with the public key as a secret": with_the_public_key,
    "signed by somebody else": by_another_key,
    "changed afterwards": changed_afterwards,
    "no token": lambda _provider, _claims: None,
    "no text": lambda _provider, _claims: ["a"],
    "not a token": lambda _provider, _claims: "a.b.c",
    "not ASCII": lambda _provider, _claims: "ä.ö.ü",
    "endless": lambda _provider, _claims: "a" * 100_000,
}
NOW = int(time.time())
CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "for another client": ({"aud": "another-client"}, UNTRUSTED),
    "for several clients": ({"aud": ["worksights-client", "other"]}, UNTRUSTED),
    "made for another": ({"azp": "another-client"}, UNTRUSTED),
    "no audience": ({"aud": None}, UNTRUSTED),
    "an odd audience": ({"aud": {"worksights-client": 1}}, UNTRUSTED),
    "of another issuer": ({"iss": "https://evil.example"}, UNTRUSTED),
    "no issuer": ({"iss": None}, UNTRUSTED),
    "a slash more": ({"iss": "http://127.0.0.1/"}, UNTRUSTED),
    "nonce of another": ({"nonce": "another"}, UNTRUSTED),
    "no nonce": ({"nonce": None}, UNTRUSTED),
    "no subject": ({"sub": None}, UNTRUSTED),
    "an empty subject": ({"sub": ""}, UNTRUSTED),
    "a long subject": ({"sub": "s" * 256}, UNTRUSTED),
    "another token's hash": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, UNTRUSTED),
    "no end": ({"exp": None}, UNTRUSTED),
    "an odd end": ({"exp": "tomorrow"}, UNTRUSTED),
    "an endless end": ({"exp": float("inf"), "nonce": "another"}, UNTRUSTED),
    "expired": ({"exp": NOW - 600}, "The clocks differ"),
    "issued later": ({"iat": NOW + 3600}, "The clocks differ"),
    "no email": ({"email": None}, "Your email address is missing"),
    "an odd email": ({"email": ["member@acme.example"]}, "Your email address is missing"),
    "a NUL": ({"email": "member@acme.example\0"}, "You do not have a WorkSights user"),
    "a wildcard": ({"email": "m%@acme.example"}, "You do not have a WorkSights user"),
    "several": ({"email": "x@y.example, member@acme.example"}, "You do not have a WorkSights user"),
    "unverified email": ({"email_verified": False}, "Your email address is not verified"),
    "not verified at all": ({"email_verified": None}, "Your email address is not verified"),
    "verified, oddly": ({"email_verified": 1}, "Your email address is not verified"),
    "verified by another claim": (
        {"email_verified": None, "xms_edov": True}, "Your email address is not verified"
    ),
    "nobody's email": ({"email": "nobody@acme.example"}, "You do not have a WorkSights user"),
    "a user of another organization": (
        {"email": email_of("member", "globex")}, "You do not have a WorkSights user"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_that_the_provider_has_not_signed_is_refused(name: str, openid: OpenIdSite) -> None:
    openid.acme.sign = TOKENS[name]
    status, text = refused(openid)
    assert (status, UNTRUSTED in text) == (403, True)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_token_with_wrong_claims_is_refused(name: str, openid: OpenIdSite) -> None:
    claims, title = CLAIMS[name]
    openid.acme.claims |= claims
    status, text = refused(openid)
    assert (status in (403, 502), title in text) == (True, True)
    assert "You are not signed in to WorkSights, and nothing was changed." in text


ANSWERS: dict[str, tuple[str, Callable[[], Response], str]] = {
    "no JSON": ("/token", lambda: Response("<html>"), NO_SENSE),
    "deep JSON": ("/token", lambda: Response("[" * 100_000), NO_SENSE),
    "a list": ("/token", lambda: JSONResponse([]), NO_SENSE),
    "a huge answer": ("/token", lambda: JSONResponse({"id_token": "x" * 2**20}), NO_SENSE),
    "a redirect": ("/token", lambda: RedirectResponse("/elsewhere"), NO_SENSE),
    "an error": ("/token", lambda: JSONResponse({}, 500), "cannot be reached"),
    "another secret": (
        "/token", lambda: JSONResponse({"error": "invalid_client"}, 401), NOT_SET_UP,
    ),
    "an unknown code": (
        "/token", lambda: JSONResponse({"error": "invalid_grant"}, 400), NO_LONGER_VALID,
    ),
    "no keys": ("/keys", lambda: JSONResponse({"keys": None}), NO_SENSE),
    "empty keys": ("/keys", lambda: JSONResponse({"keys": []}), UNTRUSTED),
    "odd keys": ("/keys", lambda: JSONResponse({"keys": [1, {"kty": "RSA"}]}), UNTRUSTED),
}  # fmt: skip


@pytest.fixture
def strict(openid: OpenIdSite, monkeypatch: pytest.MonkeyPatch) -> OpenIdSite:
    """Nothing that providers have published before is known any more."""
    monkeypatch.setattr(discovery, "KEPT_SECONDS", -1.0)
    monkeypatch.setattr(discovery, "PAUSE_SECONDS", -1.0)
    return openid


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_makes_no_sense_has_a_page(name: str, strict: OpenIdSite) -> None:
    path, answer, title = ANSWERS[name]
    strict.acme.answers[path] = answer
    _, text = refused(strict)
    assert title in text


def test_a_provider_that_drips_its_answer_is_left(
    openid: OpenIdSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte is in time, and all of them are not."""
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.5)
    started = time.monotonic()

    def drip() -> Response:
        time.sleep(1)
        return JSONResponse({})

    openid.acme.answers["/token"] = drip
    status, text = refused(openid)
    assert (status, "is taking too long" in text) == (503, True)
    assert time.monotonic() - started < 5


DOCUMENTS: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example"},
    "a template": {"issuer": "https://login.example/{tenantid}/v2.0"},
    "an internal address": {"token_endpoint": "http://169.254.169.254/latest/meta-data"},
    "another port": {"jwks_uri": "http://127.0.0.1:1/keys"},
    "a file": {"jwks_uri": "file:///etc/passwd"},
    "another site for the browser": {"authorization_endpoint": "javascript:alert(1)"},
    "no address": {"token_endpoint": None},
    "secrets it does not say how": {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_provider_cannot_make_us_ask_other_addresses(name: str, strict: OpenIdSite) -> None:
    visitor = strict.site.stranger()
    way = strict.way(visitor)
    strict.acme.document = DOCUMENTS[name]
    answer = visitor.get(way)
    assert (answer.status_code, NOT_SET_UP in words(answer.text)) == (502, True)
    assert {path for path, _ in strict.acme.asked} == {"/.well-known/openid-configuration"}


def test_who_declines_at_the_provider_reads_so(openid: OpenIdSite) -> None:
    openid.acme.error = "access_denied"
    status, text = refused(openid)
    assert (status, "did not let you sign in, or you canceled it" in text) == (403, True)
    assert openid.acme.count("/token") == 0


def test_a_code_and_a_state_work_once_and_in_one_browser(openid: OpenIdSite) -> None:
    visitor, thief = openid.site.stranger(), openid.site.stranger()
    back = openid.arrive(visitor).headers["location"]
    stolen = thief.get(back)
    assert (stolen.status_code, NO_LONGER_VALID in words(stolen.text)) == (403, True)
    assert openid.acme.count("/token") == 0
    kept = dict(visitor.http.cookies)
    assert visitor.get(back).status_code == 303
    for cookies in ({}, {k: v for k, v in kept.items() if "openid" in k}):
        again = openid.site.stranger()
        again.http.cookies.update(cookies)
        assert again.get(back).status_code == 403
    assert len(openid.signed_in()) == 1


def test_the_answer_of_one_provider_is_not_taken_for_anothers(openid: OpenIdSite) -> None:
    """Globex's provider, which somebody may run to attack Acme, sends browsers to Acme's address,
    or makes Acme's tokens its own.
    """
    openid.globex.claims["email"] = email_of("member")
    visitor = openid.site.stranger()
    back = openid.arrive(visitor, "globex").headers["location"]
    named = urlencode({"iss": openid.globex.issuer})
    for mixed in (
        back.replace("/sign-in/globex/", "/sign-in/acme/"),
        back.replace(named, urlencode({"iss": openid.acme.issuer})),
        back.replace(named, ""),
        back,
    ):
        assert visitor.get(mixed).status_code == 403
    openid.globex.claims |= {"iss": openid.acme.issuer, "email": email_of("member", "globex")}
    assert openid.sign_in(visitor, "globex").status_code == 403
    assert openid.signed_in() == []


def test_the_same_email_in_two_organizations_signs_in_to_the_providers_own(
    openid: OpenIdSite,
) -> None:
    openid.site.rows(
        "update worksights.users set email = %s where user_id = %s",
        email_of("member"), user_id_of("member", "globex"),
    )  # fmt: skip
    openid.globex.claims["email"] = email_of("member")
    openid.sign_in(openid.site.stranger(), "globex")
    assert openid.signed_in() == [("globex", user_id_of("member", "globex"))]
    openid.site.rows(
        "update worksights.users set email = %s where user_id = %s",
        email_of("member", "globex"), user_id_of("member", "globex"),
    )  # fmt: skip


def test_a_deactivated_user_is_refused(openid: OpenIdSite) -> None:
    change = "update worksights.users set deactivated_at = {} where user_id = 'acme-member'"
    openid.site.rows(change.format("now()"))
    _, text = refused(openid)
    openid.site.rows(change.format("null"))
    assert "Your user is deactivated" in text


def test_another_account_with_a_reused_email_is_refused(openid: OpenIdSite) -> None:
    openid.sign_in(openid.site.stranger())
    openid.acme.claims["sub"] = "the successor"
    _, text = refused(openid)
    assert "This is not the account that you signed in with before" in text
    openid.acme.claims |= {"sub": "subject-1", "email": email_of("manager")}
    _, text = refused(openid)
    assert "This is not the account that you signed in with before" in text


def test_only_the_page_of_the_organization_starts_a_sign_in(openid: OpenIdSite) -> None:
    """Another site's link could otherwise sign a browser in to that site's own organization."""
    visitor, attacker = openid.site.stranger(), openid.site.stranger()
    made = openid.way(attacker, "globex")
    openid.way(visitor)
    for path in ("/sign-in/globex/start", made, openid.way(visitor).replace("acme", "globex")):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/globex")
    assert openid.globex.asked == []


@pytest.mark.parametrize("path", ["", "/start", "/callback?state=x&code=y"])
def test_an_organization_without_a_provider_has_no_such_page(path: str, openid: OpenIdSite) -> None:
    openid.site.rows("delete from integration.openid_providers where organization_id = 'globex'")
    for organization in ("globex", "no-such"):
        assert openid.site.stranger().get(f"/sign-in/{organization}{path}").status_code == 404
