"""Three connected accounts of three organizations, and the results of importing their users."""

from datetime import UTC, datetime
from typing import Any

from integration.connections.tokens import save_grant
from integration.zoom.oauth import Grant
from simulator.grants import Consent
from simulator.world import World
from tests.databases import page_of
from tests.pipeline.installation import ACCOUNTS, ENCRYPTION_KEY, Installation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
REDIRECT = "http://127.0.0.1/callback"
USERS_WITH_AN_ID = 9  # of the simulated company of ten; one is only invited


def connect_accounts(installation: Installation, zoom: World) -> dict[str, str]:
    """Connects each account, in three organizations. Returns account -> connection id."""
    found = {}
    for number, account in enumerate(ACCOUNTS):
        found[account] = installation.organization(f"firm-{number}", account=account, users={})
        grant(installation, zoom, account, connection_id=found[account])
    return found


def grant(installation: Installation, zoom: World, account: str, *, connection_id: str) -> None:
    """A new grant with an expired access token, so that the next call renews it."""
    code = zoom.grants.make_code(Consent(account), REDIRECT, challenge=None, method="plain")
    tokens = zoom.grants.redeem(code, redirect_uri=REDIRECT, verifier=None)
    with page_of(installation.url, f"firm-{ACCOUNTS.index(account)}") as connection:
        save_grant(
            connection,
            connection_id=connection_id,
            organization_id=f"firm-{ACCOUNTS.index(account)}",
            grant_type="authorization_code",
            grant=Grant(tokens.access_token, tokens.refresh_token, NOW, None, ""),
            keys=[ENCRYPTION_KEY],
        )


def statuses(installation: Installation) -> list[tuple[str, str | None]]:
    return installation.execute(
        "select status, status_detail from integration.connections order by organization_id"
    )


def imported(installation: Installation) -> list[tuple[str, int]]:
    return installation.execute(
        "select zoom_account_id, count(*)::integer from zoom_raw.users group by 1 order by 1"
    )


def metadata(result: Any) -> dict[str, Any]:
    events = result.asset_materializations_for_node("zoom_users")
    (event,) = (event for event in events if event.asset_key.path[-1] == "users")
    return {name: value.value for name, value in event.metadata.items()}
