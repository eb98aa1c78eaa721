"""Sign-in with OpenID Connect: only the provider's own users, and no link but in an emergency."""

import time
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from starlette.requests import Request
from starlette.responses import Response

from integration.commands.sign_in_link import create_link
from integration.sign_in.openid.code_flow import Attempt
from integration.web.sign_in.openid_attempts import Attempts
from tests.web.page.openid_provider import CLIENT_ID, CLIENT_SECRET, key_named
from tests.web.page.openid_story import OpenIdSite, module_site, openid
from tests.web.page.site import Site, button_of, email_of, user_id_of
from tests.web.page.zoom_users import words

__all__ = ["module_site", "openid"]

MEMBER = user_id_of("member")


def link_of(
    site: Site, role: str = "member", organization: str = "acme", *, emergency: str | None = None
) -> str:
    return create_link(
        site.settings,
        site.database_url,
        email=email_of(role, organization),
        organization=organization,
        made_by="command:root",
        emergency=emergency,
    )


def test_a_user_signs_in_at_the_provider_and_sees_the_page_that_they_wanted(
    openid: OpenIdSite,
) -> None:
    visitor = openid.site.stranger()
    start = words(visitor.get("/sign-in/acme").text)
    assert "People at Acme sign in with their work account at 127.0.0.1" in start
    answer = openid.sign_in(visitor, next_path="/timeline?day=2026-03-10")
    assert (answer.status_code, answer.headers["location"]) == (303, "/timeline?day=2026-03-10")
    assert openid.signed_in() == [("acme", MEMBER)]
    assert "Work account (OpenID Connect)" in visitor.get("/account").text
    assert not [name for name in visitor.http.cookies.keys() if "openid" in name]  # noqa: SIM118
    assert openid.site.rows(
        "select kind, details from integration.audit_trail order by number desc limit 1"
    ) == [("signed_in", {"method": "openid"})]


def test_the_provider_gets_what_protects_the_sign_in_and_no_more(openid: OpenIdSite) -> None:
    openid.sign_in(openid.site.stranger())
    asked = dict(openid.acme.asked)
    query = asked["/authorize"]
    assert {name: query[name] for name in ("client_id", "scope", "code_challenge_method")} == {
        "client_id": CLIENT_ID, "scope": "openid email", "code_challenge_method": "S256",
    }  # fmt: skip
    assert query["redirect_uri"] == f"{openid.site.settings.public_url}/sign-in/acme/callback"
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert asked["/token"]["code_verifier"] not in str(query)


def test_secrets_are_neither_stored_in_plain_text_nor_logged(
    openid: OpenIdSite, caplog: pytest.LogCaptureFixture
) -> None:
    openid.acme.claims["nonce"] = "another"
    visitor = openid.site.stranger()
    openid.sign_in(visitor)
    ((stored,),) = openid.site.rows(
        "select client_secret from integration.openid_providers where organization_id = 'acme'"
    )
    cookies = str(dict(visitor.http.cookies))
    code, state = (dict(openid.acme.asked)[path][name] for path, name in (
        ("/token", "code"), ("/authorize", "nonce"),
    ))  # fmt: skip
    for secret in (CLIENT_SECRET, code, state, email_of("member")):
        assert secret not in stored + caplog.text + cookies
    assert "nobody was signed in to acme, because the ID token does not prove" in caplog.text


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_secret_is_sent_as_the_provider_expects_it(method: str, openid: OpenIdSite) -> None:
    openid.acme.document = {"token_endpoint_auth_methods_supported": [method]}
    openid.sign_in(openid.site.stranger())
    is_in_form = "client_secret" in dict(openid.acme.asked)["/token"]
    assert (is_in_form, len(openid.signed_in())) == (method == "client_secret_post", 1)


def test_an_email_that_only_the_userinfo_has_is_used_if_it_is_about_the_same_person(
    openid: OpenIdSite,
) -> None:
    openid.acme.claims["email"] = None
    openid.acme.userinfo = {
        "sub": "subject-1", "email": email_of("manager").upper(), "email_verified": "true",
    }  # fmt: skip
    openid.sign_in(openid.site.stranger())
    assert openid.signed_in() == [("acme", user_id_of("manager"))]


def test_an_exchanged_key_is_found_and_made_up_keys_do_not_become_requests(
    openid: OpenIdSite,
) -> None:
    openid.sign_in(openid.site.stranger())
    openid.acme.keys = [key_named("second"), key_named("first")]
    assert openid.sign_in(openid.site.stranger()).status_code == 303
    assert openid.acme.count("/keys") == 2
    openid.acme.sign = lambda provider, claims: provider.signed_by(
        key_named("second"), claims, kid="made up"
    )
    assert {openid.sign_in(openid.site.stranger()).status_code for _ in range(3)} == {403}
    assert openid.acme.count("/keys") == 2
    assert openid.acme.count("/.well-known/openid-configuration") == 1


def test_a_provider_without_names_of_keys_may_have_one_only(openid: OpenIdSite) -> None:
    openid.acme.sign = lambda provider, claims: provider.signed_by(
        provider.keys[0], claims, kid=None
    )
    assert openid.sign_in(openid.site.stranger()).status_code == 303


def test_clocks_may_differ_by_two_minutes(openid: OpenIdSite) -> None:
    openid.acme.claims |= {"iat": int(time.time()) + 90, "exp": int(time.time()) - 60}
    assert openid.sign_in(openid.site.stranger()).status_code == 303


def test_entra_id_says_in_another_claim_that_an_email_is_verified(openid: OpenIdSite) -> None:
    openid.set_provider("acme", openid.acme, verified_by="xms_edov")
    openid.acme.claims |= {"email_verified": None, "xms_edov": "1"}
    assert openid.sign_in(openid.site.stranger()).status_code == 303
    openid.acme.claims |= {"email_verified": True, "xms_edov": False}
    assert openid.sign_in(openid.site.stranger()).status_code == 403


def test_two_tabs_can_sign_in_and_many_leave_no_pile_of_cookies(openid: OpenIdSite) -> None:
    visitor, hasty = openid.site.stranger(), openid.site.stranger()
    backs = [openid.arrive(visitor).headers["location"] for _ in range(2)]
    assert [visitor.get(back).headers["location"] for back in backs] == ["/", "/"]
    backs = [openid.arrive(hasty).headers["location"] for _ in range(5)]
    assert len([name for name in hasty.http.cookies.keys() if "openid" in name]) == 3  # noqa: SIM118
    assert hasty.get(backs[4]).status_code == 303


def test_going_back_in_the_browser_afterwards_is_no_error(openid: OpenIdSite) -> None:
    visitor = openid.site.stranger()
    back = openid.arrive(visitor).headers["location"]
    for _ in range(2):
        answer = visitor.get(back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_cookie_of_a_sign_in_expires_after_ten_minutes(openid: OpenIdSite) -> None:
    visitor = openid.site.stranger()
    back = openid.arrive(visitor).headers["location"]
    (name,) = [name for name in visitor.http.cookies.keys() if "openid" in name]  # noqa: SIM118
    cipher = Fernet(openid.site.settings.encryption_keys[0])
    content = cipher.decrypt(visitor.http.cookies[name])
    made_at = cipher.extract_timestamp(visitor.http.cookies[name])
    old = cipher.encrypt_at_time(content, made_at - 601).decode()
    visitor.http.cookies.set(name, None)
    visitor.http.cookies.set(name, old)
    assert visitor.get(back).status_code == 403
    other = cipher.encrypt(b"the token of a Zoom account").decode()
    visitor.http.cookies.set(name, other)
    assert visitor.get(back).status_code == 403


def test_somebody_else_who_is_signed_in_is_named_before_the_switch(openid: OpenIdSite) -> None:
    visitor = openid.site.stranger()
    openid.sign_in(visitor, "globex")
    answer = openid.sign_in(visitor, next_path="/account?a=1&b=2")
    page = visitor.get(answer.headers["location"])
    for name in (email_of("member"), email_of("member", "globex"), "Switch to another person?"):
        assert name in page.text
    assert openid.signed_in() == [("globex", user_id_of("member", "globex"))]
    answer = visitor.send("/sign-in", button_of(page.text))
    assert answer.headers["location"] == "/account?a=1&b=2"
    assert openid.signed_in() == [("acme", MEMBER)]


def test_no_link_signs_in_where_openid_connect_is_on(openid: OpenIdSite) -> None:
    """Neither one from before, nor one that was opened before, nor one that a mail has brought."""
    site = openid.site
    site.rows("delete from integration.openid_providers where organization_id = 'acme'")
    early, opened = site.link("member"), site.link("member")
    waiting, signed_in = site.stranger(), site.visitor("executive")
    pressed = button_of(waiting.get(opened).text)
    made = site.rows("select * from integration.sign_in_links")
    assert openid.set_provider("acme", openid.acme)
    assert site.rows("select 1 from integration.sign_in_links") == []
    assert signed_in.get("/account").status_code == 401
    for row in made:  # as if it were made at the very moment of the switch
        marks = ", ".join(["%s"] * len(row))
        site.rows(f"insert into integration.sign_in_links values ({marks})", *row)  # noqa: S608
    site.rows("update integration.sign_in_links set method = 'mail' where user_id = %s", MEMBER)
    assert waiting.get(early).status_code == 401
    assert waiting.send("/sign-in", pressed).status_code == 401
    assert openid.signed_in() == []
    with pytest.raises(Exception, match="acme signs in with OpenID Connect"):
        link_of(site)


def test_an_emergency_link_signs_in_and_the_trail_says_who_made_it_and_why(
    openid: OpenIdSite,
) -> None:
    visitor = openid.site.stranger()
    link = link_of(openid.site, "executive", emergency="The provider is down")
    assert visitor.sign_in(link).status_code == 303
    assert "signed in with a link that someone else created" in visitor.get("/account").text
    assert "Emergency link" in visitor.get("/account").text
    assert openid.site.rows(
        "select kind, user_id, subject, details from integration.audit_trail "
        "order by number desc limit 2"
    ) == [
        ("signed_in", user_id_of("executive"), user_id_of("executive"), {"method": "break_glass"}),
        ("break_glass_link_made", "command:root", user_id_of("executive"),
         {"reason": "The provider is down"}),
    ]  # fmt: skip
    changes = words(visitor.get("/services/zoom/overview/changes").text)
    assert "created an emergency link to the account of Executive of Acme" in changes
    openid.site.rows("delete from integration.openid_providers where organization_id = 'acme'")
    with pytest.raises(Exception, match="signs in with links"):
        link_of(openid.site, emergency="no need")


def test_another_provider_signs_everybody_out_and_another_secret_nobody(
    openid: OpenIdSite,
) -> None:
    openid.sign_in(openid.site.stranger())
    assert not openid.set_provider("acme", openid.acme)
    assert len(openid.signed_in()) == 1
    assert openid.set_provider("acme", openid.globex)
    assert openid.signed_in() == []
    assert openid.site.rows("select 1 from integration.openid_subjects") == []


def test_a_sign_in_that_a_switch_overtakes_does_not_succeed(openid: OpenIdSite) -> None:
    visitor = openid.site.stranger()
    back = openid.arrive(visitor).headers["location"]
    openid.set_provider("acme", openid.globex)
    answer = visitor.get(back)
    assert (answer.status_code, "no longer valid" in answer.text) == (403, True)
    assert openid.signed_in() == []


def test_signing_out_is_local_and_says_so(openid: OpenIdSite) -> None:
    visitor = openid.site.stranger()
    openid.sign_in(visitor)
    page = visitor.follow(visitor.post("/sign-out").headers["location"])
    assert "you may still be signed in at 127.0.0.1" in words(page.text)
    assert 'href="/sign-in/acme"' in page.text
    assert "ask the team that runs WorkSights" in openid.site.stranger().get("/signed-out").text
    assert openid.site.stranger().get("/signed-out?organization=nobody").status_code == 200


def test_an_idle_session_leads_back_to_the_provider(openid: OpenIdSite) -> None:
    visitor = openid.site.stranger()
    openid.sign_in(visitor)
    openid.site.rows("update integration.page_sessions set last_used_at = now() - interval '1 h'")
    page = visitor.get("/timeline?day=2026-03-10")
    assert (page.status_code, "after an hour without activity" in page.text) == (401, True)
    assert 'href="/sign-in/acme?next=%2Ftimeline%3Fday%3D2026-03-10"' in page.text
    answer = openid.sign_in(visitor, next_path="/timeline?day=2026-03-10")
    assert answer.headers["location"] == "/timeline?day=2026-03-10"


def test_behind_https_the_cookies_are_secure_and_bound_to_the_host() -> None:
    attempts = Attempts([Fernet.generate_key().decode()], name="__Host-w", is_https=True)
    response = Response()
    request = Request({"type": "http", "headers": []})
    attempt = Attempt("acme", "https://idp.example", "client", "/" + "a" * 1999)
    attempts.remember(request, response, attempt, now=datetime.now(UTC))
    cookie = response.headers["set-cookie"]
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax", "Secure",
    }  # fmt: skip
    assert cookie.startswith("__Host-w-openid-")
    assert len(cookie.partition(";")[0]) < 4096  # as much as browsers keep
