"""Dagster's web server is for browsers of this machine, and other sites cannot use them."""

from pathlib import Path

import pytest

from integration.settings import SettingsError, read_settings
from orchestration.webserver import is_from_here

HERE = "127.0.0.1:3000"
OWN_PAGE = {"origin": f"http://{HERE}", "sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    "headers",
    [
        {"host": HERE},  # a program
        {"host": HERE, **OWN_PAGE},
        {"host": "localhost:3000", "origin": "http://localhost:3000"},
        {"host": "[::1]:3000"},
        {"host": HERE, "sec-fetch-site": "none", "sec-fetch-mode": "navigate"},  # a bookmark
    ],
)
def test_programs_and_its_own_pages_may_use_it(headers: dict[str, str]) -> None:
    assert is_from_here(headers, is_navigation_allowed=False)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": ""},
        {"host": "evil.example"},  # a name that points to this machine
        {"host": "127.0.0.1.evil.example:3000"},
        {"host": "127.0.0.1@evil.example"},
        {"host": "["},  # not an address
        {"host": HERE, "origin": "http://[bad"},
        {"host": HERE, "origin": "https://evil.example"},
        {"host": HERE, "origin": "null"},
        {"host": HERE, "origin": "http://127.0.0.1:8080"},  # another program's pages
        {"host": HERE, "origin": "http://localhost:3000"},
        {"host": HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},  # an image
        {"host": HERE, "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
    ],
)
def test_other_sites_may_not(headers: dict[str, str]) -> None:
    assert not is_from_here(headers, is_navigation_allowed=True)


def test_the_operator_may_name_a_proxy_whose_own_pages_may_use_it_and_no_others() -> None:
    proxy = {"host": "dagster.acme.example"}
    hosts = ("dagster.acme.example",)
    for own in (proxy, {**proxy, "origin": "https://dagster.acme.example"}):
        assert is_from_here(own, is_navigation_allowed=False, hosts=hosts)
        assert not is_from_here(own, is_navigation_allowed=False)
    for other in (
        {"host": "other.acme.example"},
        {**proxy, "origin": "https://acme.example"},
        {**proxy, "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
    ):
        assert not is_from_here(other, is_navigation_allowed=True, hosts=hosts)


@pytest.mark.parametrize(
    "hosts",
    [
        *("https://dagster.acme.example", "dagster.acme.example:3000", "*.acme.example"),
        *("dagster.acme.example intra.acme.example", "bücher.example", "[::1]"),
    ],
)
def test_a_name_that_no_browser_sends_is_refused(hosts: str, tmp_path: Path) -> None:
    settings = read_settings({"DAGSTER_HOSTS": hosts}, dotenv=tmp_path / ".env")
    with pytest.raises(SettingsError, match="DAGSTER_HOSTS takes names without a scheme"):
        settings.dagster_hosts  # noqa: B018


def test_changes_are_refused_or_allowed_and_nothing_else(tmp_path: Path) -> None:
    found = {}
    for value in ("", "refused", "allowed"):
        settings = read_settings({"DAGSTER_CHANGES": value}, dotenv=tmp_path / ".env")
        found[value] = settings.dagster_changes
    assert found == {"": False, "refused": False, "allowed": True}
    settings = read_settings({"DAGSTER_CHANGES": "yes"}, dotenv=tmp_path / ".env")
    with pytest.raises(SettingsError, match="must be refused or allowed, not 'yes'"):
        settings.dagster_changes  # noqa: B018


def test_a_link_elsewhere_may_open_a_page_and_ask_nothing() -> None:
    link = {"host": HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert is_from_here(link, is_navigation_allowed=True)
    assert not is_from_here(link, is_navigation_allowed=False)
