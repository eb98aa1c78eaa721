"""A form is accepted only from a page of the same session."""

import socket

import pytest

from tests.patience import PATIENCE
from tests.web.page.site import Site
from tests.web.page.soak import errors_in_the_log


def test_a_form_without_the_token_is_refused(site: Site) -> None:
    visitor = site.visitor("executive")
    assert visitor.send("/sign-out").status_code == 403
    assert visitor.get("/account").status_code == 200


def test_the_token_of_another_session_is_refused(site: Site) -> None:
    visitor, other = site.visitor("executive"), site.visitor("executive")
    assert visitor.send("/sign-out", [("csrf_token", other.csrf_token())]).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 303),  # what a browser sends under no-referrer
    ],
    ids=lambda value: str(value),
)
def test_a_form_of_another_site_is_refused_even_with_the_token(
    headers: dict[str, str], status: int, site: Site
) -> None:
    visitor = site.visitor("executive")
    assert visitor.post("/sign-out", headers=headers).status_code == status


def test_a_form_from_our_own_origin_is_accepted(site: Site) -> None:
    visitor = site.visitor("executive")
    assert visitor.post("/sign-out", headers={"Origin": site.base}).status_code == 303


def test_a_form_that_ends_early_leaves_no_trace_in_the_log(site: Site) -> None:
    host, port = site.base.removeprefix("http://").split(":")
    with errors_in_the_log() as errors:
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as stranger:
            stranger.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na=b")
        for _ in range(5):  # the server has noticed by then
            assert site.stranger().get("/healthz").ok
    assert errors == []


def test_a_form_that_is_too_large_is_refused(site: Site) -> None:
    visitor = site.visitor("executive")
    answer = visitor.post("/sign-out", {"padding": "x" * 300_000})
    assert (answer.status_code, "Nothing was changed" in answer.text) == (413, True)


def test_a_form_that_is_not_text_is_refused_with_a_sentence(site: Site) -> None:
    visitor = site.visitor("executive")
    answer = visitor.http.post(f"{site.base}/sign-out", data=b"\xff\xfe=\xff", timeout=PATIENCE)
    assert (answer.status_code, "is not valid text" in answer.text) == (400, True)
