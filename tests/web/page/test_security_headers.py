"""The headers of every response, and the pages that are shown when something goes wrong."""

import re

import pytest

from integration.database.postgres import connect
from integration.web.page.templating import STATIC, WEB
from integration.web.security import security_headers
from integration.web.services import routes as services
from tests.web.page.site import Site


@pytest.mark.parametrize(
    "path", ["/services", "/no-such-page", "/static/page.css", "/healthz", "/sign-in"]
)
def test_every_response_has_the_headers(path: str, shared_site: Site) -> None:
    answer = shared_site.visitor("executive").get(path)
    wanted = security_headers(is_https=False)
    assert {name: answer.headers.get(name) for name in wanted} == wanted


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(shared_site: Site) -> None:
    policy = shared_site.stranger().get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert re.findall(r"https?:|\*", policy) == []


def test_pages_are_never_cached_and_files_permanently(shared_site: Site) -> None:
    visitor = shared_site.visitor("executive")
    assert visitor.get("/services").headers["cache-control"] == "no-store"
    assert "immutable" in visitor.get("/static/page.css").headers["cache-control"]


def test_no_template_has_an_inline_style_or_script_or_an_address_outside() -> None:
    written = {
        file.name: re.findall(
            r"\sstyle=|<style|<script(?! src)|\son[a-z]+=|(?:href|src)=\"https?:", file.read_text()
        )
        for file in [*WEB.rglob("*.html"), *STATIC.glob("*.css")]
    }
    assert {name: found for name, found in written.items() if found} == {}


def test_an_address_that_does_not_exist_shows_a_page_with_the_next_step(shared_site: Site) -> None:
    answer = shared_site.visitor("executive").get("/no-such-page")
    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_wrong_method_gets_a_page_for_pages_and_plain_text_for_the_receiver(
    shared_site: Site,
) -> None:
    visitor = shared_site.visitor("executive")
    assert visitor.send("/services").status_code == 405
    answer = visitor.get("/webhooks/zoom")
    assert (answer.status_code, answer.text) == (405, "Method Not Allowed")


def test_without_a_database_the_page_says_so_and_recovers(site: Site) -> None:
    visitor = site.visitor("executive")
    name = site.database_url.partition("?")[0].rpartition("/")[2]
    owner = site.database_url.replace(f"/{name}", "/postgres")
    with connect(owner, autocommit=True, at_any_schema=True) as connection:
        connection.execute(f"alter database {name} allow_connections false")
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        try:
            answer = visitor.get("/services")
        finally:
            connection.execute(f"alter database {name} allow_connections true")
    assert (answer.status_code, "not available right now" in answer.text) == (503, True)
    assert visitor.get("/services").status_code == 200


def test_a_server_error_shows_a_page_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only patch here, because no visitor can cause a server error."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake")

    visitor = site.visitor("executive")
    monkeypatch.setattr(services, "connections_of", broken)
    answer = visitor.get("/services")
    assert (answer.status_code, "problem is on our side" in answer.text) == (500, True)
    wanted = security_headers(is_https=False)
    assert {name: answer.headers.get(name) for name in wanted} == wanted


def test_a_statement_that_fails_is_logged_without_the_row_it_quotes(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = site.visitor("executive")
    site.rows(
        "alter table integration.audit_trail "
        "add constraint no_executive check (user_id <> 'acme-executive') not valid"
    )
    connection_id = site.connect("acme", "AcmeZoomAccount0000000")
    answer = visitor.post(f"/services/zoom/connections/{connection_id}/import")
    assert (answer.status_code, "problem is on our side" in answer.text) == (500, True)
    assert "CheckViolation" in caplog.text
    assert "record_change" in caplog.text  # where it was
    assert "acme-executive" not in caplog.text
