"""When an account grants less than before, what arrived earlier shows nothing about it."""

from datetime import UTC, datetime

from integration.connections.tokens import save_grant
from integration.zoom.oauth import Grant
from tests.databases import page_of
from tests.pipeline.installation import ACCOUNTS, ENCRYPTION_KEY, Installation


def test_it_is_recorded_when_an_account_grants_less_than_before(installation: Installation) -> None:
    connection_id = installation.organization("firm", account=ACCOUNTS[0], users={})
    for scope, is_reduced in [
        ("a b", False), ("b a c", False), ("", False), ("a", False), ("a b", False), ("b", True),
        ("a b", True),
    ]:  # fmt: skip
        with page_of(installation.url, "firm") as connection:
            save_grant(
                connection,
                connection_id=connection_id,
                organization_id="firm",
                grant_type="authorization_code",
                grant=Grant("token", "next", datetime.now(UTC), None, scope),
                keys=[ENCRYPTION_KEY],
            )
        found = installation.value("select scope_reduced_at is not null from integration.tokens")
        assert found is is_reduced, scope
