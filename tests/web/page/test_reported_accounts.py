"""Connections and Overview name what Zoom does not report, before anything is lost."""

from collections.abc import Iterator

import pytest

from simulator.world import World
from tests.web.page.fixtures import ACCOUNTS, connected_site
from tests.web.page.site import Site

TAB, OVERVIEW = "/services/zoom/connections", "/services/zoom/overview"
GRANTED = "user:read:list_users:admin user:read:user:admin meeting:read:admin phone:read:admin"
PERMISSIONS = "has not granted all permissions"
RECEIVED = """
    update integration.connections
    set received_events = '{"webinar.ended": "2026-03-01T09:00:00Z",
        "webinar.participant_left": "2026-03-01T09:00:00Z"}'
    where zoom_account_id = %s
"""


@pytest.fixture(scope="module")
def site(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with connected_site(server_url, zoom, tmp_path_factory.mktemp("home")) as one:
        yield one


@pytest.fixture
def acme(site: Site) -> Site:
    site.rows("delete from integration.subscription_changes")
    site.rows("delete from integration.tokens")
    site.rows(
        "insert into integration.tokens (connection_id, organization_id, grant_type, scope) "
        "select connection_id, organization_id, 'authorization_code', %s "
        "from integration.connections",
        GRANTED,
    )
    site.rows(
        "update integration.connections set missing_events = null, subscription_detail = null, "
        "subscription_read_at = now(), received_events = '{}', features_left_out = '[]'"
    )
    return site


def pages(site: Site, role: str = "admin") -> tuple[str, str]:
    visitor = site.visitor(role)
    return visitor.get(TAB).text, visitor.get(OVERVIEW).text


def test_a_missing_permission_is_on_both_pages(acme: Site) -> None:
    for page in pages(acme):
        assert PERMISSIONS in page
        assert "webinar:read:webinar:admin, webinar:read:participant:admin. Reconnect" in page
        assert "This account&#39;s webinars can be missing from timelines" in page


@pytest.mark.parametrize(
    "statement",
    [
        "insert into integration.subscription_changes (organization_id, feature, is_on, "
        "effective_from) values ('acme', 'webinars', false, now() - interval '1 day')",
        "update integration.tokens set scope = ''",  # not known
        "delete from integration.tokens",
    ],
    ids=["off", "no scope", "no token"],
)
def test_what_is_not_needed_or_not_known_is_not_reported(statement: str, acme: Site) -> None:
    acme.rows(statement)
    assert [PERMISSIONS in page for page in pages(acme)] == [False, False]


@pytest.mark.parametrize(
    ("account", "granted_less", "is_reported"),
    [
        (ACCOUNTS[0], None, False),
        (ACCOUNTS[0], "2026-02-01", False),
        (ACCOUNTS[0], "2026-03-02", True),  # nothing has arrived since
        ("another account", None, True),
    ],
)
def test_what_is_received_needs_no_permission(
    account: str, granted_less: str | None, is_reported: bool, acme: Site
) -> None:
    """However long ago the last webinar was: some accounts have one a year."""
    acme.rows(RECEIVED, account)
    acme.rows("update integration.tokens set scope_reduced_at = %s", granted_less)
    assert [PERMISSIONS in page for page in pages(acme)] == [is_reported, is_reported]


def test_missing_events_are_on_both_pages_and_reach_the_technical_admin(acme: Site) -> None:
    acme.rows(
        """update integration.connections set missing_events = '["meeting.participant_left"]'"""
    )
    for role in ("admin", "technical_admin", "owner"):
        tab, overview = pages(acme, role)
        for page in (tab, overview):
            assert "Zoom does not report everything about the meetings of Zoom account" in page
            assert "not subscribed to these events: meeting.participant_left. Add them" in page
        assert "Some events are missing" in tab


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("missing_events = '[]'", "Complete"),
        ("subscription_detail = 'Zoom lists none.'", "Zoom lists none."),
        ("subscription_read_at = null", None),
        ("missing_events = '[]', subscription_read_at = now() - interval '3 days'", None),
    ],
)
def test_the_event_subscription_is_a_fact_of_the_account(
    change: str, shown: str | None, acme: Site
) -> None:
    acme.rows(f"update integration.connections set {change}")  # noqa: S608  (our own columns)
    tab = acme.visitor("admin").get(TAB).text
    assert ("<dt>Event subscription</dt>" in tab) is (shown is not None)
    assert shown is None or f"<dd>{shown}" in tab


def test_what_the_subscription_leaves_out_is_shown_without_a_warning(acme: Site) -> None:
    acme.rows(
        "update integration.connections set missing_events = '[]', "
        "features_left_out = '[\"webinars\"]'"
    )
    tab, overview = pages(acme)
    assert "Without webinars" in tab
    assert [PERMISSIONS in page for page in (tab, overview)] == [False, False]


def test_what_healing_needs_is_shown_without_a_warning(acme: Site) -> None:
    acme.rows("update integration.tokens set scope = %s", f"{GRANTED} webinar:read:admin")
    tab, overview = pages(acme)
    assert "it also needs these permissions: report:read:user:admin, meeting" not in tab
    assert "it also needs these permissions: report:read:user:admin.</p>" in tab
    assert "report:read:user:admin" not in overview
    assert PERMISSIONS not in tab
    acme.rows(
        "update integration.tokens set scope = %s",
        f"{GRANTED} webinar:read:admin report:read:admin",
    )
    assert "it also needs" not in acme.visitor("admin").get(TAB).text


def test_a_new_account_has_every_permission_and_nothing_to_do(acme: Site) -> None:
    visitor = acme.visitor("executive")
    assert visitor.follow("/services/zoom/connect").status_code == 200
    assert "permissions" not in visitor.get(TAB).text
