"""A connection with stored tokens."""

from datetime import UTC, datetime

from integration.connections.tokens import save_grant
from integration.database.postgres import transaction
from integration.zoom.oauth import Grant
from tests.commands.program import APP_SETTINGS, Program


def store_tokens(program: Program, *, key: str = APP_SETTINGS["ENCRYPTION_KEY"]) -> None:
    with transaction(program.settings["DATABASE_URL"]) as connection:
        connection.execute(
            "insert into integration.connections (connection_id, organization_id, "
            "zoom_account_id, owner_user_id, connected_at) "
            "values ('c1', 'acme', 'account', 'ann', now())"
        )
        save_grant(
            connection,
            connection_id="c1",
            organization_id="acme",
            grant_type="authorization_code",
            grant=Grant("access", "refresh", datetime.now(UTC), None, ""),
            keys=[key],
        )
