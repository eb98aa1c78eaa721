"""`/.well-known/security.txt`: served once there is a contact, as RFC 9116 describes it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.settings import Settings, SettingsError
from integration.web.page_part import page_part
from integration.web.security_txt import PATH, contact_uri
from simulator.world import World
from tests.web.page.site import Site, running_site


def test_without_a_contact_it_is_not_served(shared_site: Site) -> None:
    assert shared_site.stranger().get(PATH).status_code == 404


def test_everybody_reads_it_without_a_sign_in(
    database_url: str, zoom_url: tuple[World, str], tmp_path: Path
) -> None:
    world, url = zoom_url
    also = {"SECURITY_CONTACT": "security@example.com"}
    with running_site(database_url, world=world, zoom_url=url, home=tmp_path, also=also) as site:
        answer = site.stranger().get(PATH)
        base = site.base
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    now = datetime.now(UTC)
    assert now + timedelta(days=30) < expires < now + timedelta(days=365)
    assert fields == {
        "Contact": "mailto:security@example.com",
        "Preferred-Languages": "en",
        "Canonical": f"{base}{PATH}",
    }


def test_the_contact_can_be_a_page() -> None:
    settings = Settings(Path(), {"SECURITY_CONTACT": "https://example.com/report?a=b"})
    assert contact_uri(settings) == "https://example.com/report?a=b"


@pytest.mark.parametrize(
    "contact",
    [
        "http://example.com/report",
        "someone",
        "a@example.com\nExpires: 2099-01-01T00:00:00Z",
        "https://example.com/a b",
        "Security <security@example.com>",
        "sécurité@example.com",
    ],
)
def test_a_process_does_not_start_with_another_contact(contact: str) -> None:
    values = {"SECURITY_CONTACT": contact, "SESSION_KEY": "k", "PUBLIC_URL": "http://127.0.0.1"}
    with pytest.raises(SettingsError, match="SECURITY_CONTACT must be an email address"):
        page_part(Settings(Path(), values), "postgresql://nobody@127.0.0.1/none")
