"""A site where Acme and Globex sign in with OpenID Connect, each at a provider of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests

from integration.database.postgres import transaction
from integration.sign_in.openid.providers import set_provider
from integration.web.page.activity import NOTICE
from tests.databases import new_database
from tests.web.page.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    running_provider,
)
from tests.web.page.site import Site, Visitor, email_of, running_site


@dataclass
class OpenIdSite:
    site: Site
    acme: IdentityProvider
    globex: IdentityProvider

    def reset(self) -> None:
        """Nobody is signed in, and nobody has signed in before."""
        for provider, organization in ((self.acme, "acme"), (self.globex, "globex")):
            provider.reset()
            provider.claims["email"] = email_of("member", organization)
            self.set_provider(organization, provider)
        self.site.rows("delete from integration.page_sessions")
        self.site.rows("delete from integration.sign_in_links")
        self.site.rows("delete from integration.openid_subjects")

    def set_provider(
        self, organization: str, provider: IdentityProvider, *, verified_by: str = "email_verified"
    ) -> bool:
        with transaction(self.site.database_url) as connection:
            return set_provider(
                connection,
                organization_id=organization,
                issuer=provider.issuer,
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
                verified_by=verified_by,
                keys=self.site.settings.encryption_keys,
            )

    def arrive(
        self, visitor: Visitor, organization: str = "acme", *, next_path: str = ""
    ) -> requests.Response:
        """Selects the button of the start page; returns where the provider sends the browser."""
        way = self.way(visitor, organization, next_path=next_path)
        at_provider = visitor.get(way).headers["location"]
        return visitor.get(at_provider)

    def way(self, visitor: Visitor, organization: str = "acme", *, next_path: str = "") -> str:
        """The address of the start page's button."""
        query = f"?{urlencode({'next': next_path})}" if next_path else ""
        page = visitor.get(f"/sign-in/{organization}{query}").text
        return unescape(re.search(r'href="(/sign-in/\w+/start\?[^"]+)"', page)[1])

    def sign_in(
        self, visitor: Visitor, organization: str = "acme", *, next_path: str = ""
    ) -> requests.Response:
        """The answer to the browser that comes back from the provider."""
        back = self.arrive(visitor, organization, next_path=next_path).headers["location"]
        answer = visitor.get(back)
        if answer.is_redirect and visitor.reads_notice:
            visitor.leave_notice(visitor.get(NOTICE))
        return answer

    def signed_in(self) -> list[tuple[str, str]]:
        """(organization, user) of each session."""
        return self.site.rows(
            "select organization_id, user_id from integration.page_sessions order by 1, 2"
        )


@contextmanager
def openid_site(server_url: str, zoom: tuple[object, str], folder: Path) -> Iterator[OpenIdSite]:
    world, zoom_url = zoom
    with (
        new_database(server_url) as url,
        running_site(url, world=world, zoom_url=zoom_url, home=folder) as site,
        running_provider() as acme,
        running_provider() as globex,
    ):
        yield OpenIdSite(site, acme, globex)


@pytest.fixture(scope="module")
def module_site(
    server_url: str, zoom: tuple[object, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenIdSite]:
    with openid_site(server_url, zoom, tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def openid(module_site: OpenIdSite) -> OpenIdSite:
    module_site.reset()
    return module_site
