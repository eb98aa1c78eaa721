"""What was known and set at a moment (5.3, 5.8, 5.10): users, mappings, switches, exclusions."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tests.laws.reference.events import Event, name_of
from tests.laws.reference.values import email, text
from tests.laws.reference.versions import Version, Versions, at_the_time, emails_of_users
from tests.laws.reference.world import Connection, World

PHONE_USER = ("extension_id", "extension_number", "id")
TELL_OF_USERS = ("user.created", "user.updated", "user.activated")


class Known:
    """Everything the rules ask that is not told by the session's own events."""

    def __init__(self, world: World, events: Iterable[Event]) -> None:
        events = list(events)
        self.world = world
        self.settings = world.settings
        self.connections = after_deauthorizations(world, world.settings.connections, events)
        self._user_emails = emails_of_users(world)
        self._zoom_emails: dict[tuple[str, str], Versions] = {}
        self._zoom_names: dict[tuple[str, str], Versions] = {}
        self._phone_users: dict[str, list[dict[str, str | None]]] = {}
        self._read_imports()
        for event in events:
            if event.name in TELL_OF_USERS:
                key = event.account, event.fields["zoom_user_id"]
                self._note(key, event.own_time, event.fields["email"], event.fields["name"])

    def _read_imports(self) -> None:
        for batch in self.world.batches:
            for connection in batch.settings.connections:
                if connection.disconnected_at:
                    continue
                account = connection.zoom_account_id
                for row in batch.settings.zoom_users.get(account, ()):
                    zoom_user_id = text(row.get("id"))
                    if zoom_user_id:
                        name, address = name_of(row), email(row.get("email"))
                        self._note((account, zoom_user_id), batch.as_of, address, name)
                self._phone_users[account] = [
                    {name: text(row.get(name)) for name in PHONE_USER}
                    for row in batch.settings.phone_users.get(account, ())
                ]

    def _note(
        self, key: tuple[str, str], at: datetime, address: str | None, name: str | None
    ) -> None:
        if address:
            self._zoom_emails.setdefault(key, []).append(Version(at, address))
        if name:
            self._zoom_names.setdefault(key, []).append(Version(at, name))

    def accounts_of(self, organization_id: str, first: str) -> list[str]:
        """The organization's Zoom accounts, the session's own one first."""
        of_organization = [c for c in self.connections if c.organization_id == organization_id]
        accounts = {connection.zoom_account_id for connection in of_organization}
        return sorted(accounts, key=lambda account: (account != first, account))

    def zoom_email(self, accounts: list[str], zoom_user_id: str, at: datetime) -> str | None:
        return self._first_known(self._zoom_emails, accounts, zoom_user_id, at)

    def zoom_name(self, accounts: list[str], zoom_user_id: str, at: datetime) -> str | None:
        return self._first_known(self._zoom_names, accounts, zoom_user_id, at)

    def _first_known(
        self,
        facts: dict[tuple[str, str], Versions],
        accounts: list[str],
        zoom_user_id: str,
        at: datetime,
    ) -> str | None:
        for account in accounts:
            found = at_the_time(facts.get((account, zoom_user_id), []), at)
            if found:
                return found
        return None

    def zoom_user_with_email(self, accounts: list[str], address: str, at: datetime) -> str | None:
        """Of the first account first, then the smallest id."""
        found = [
            (account != accounts[0], zoom_user_id)
            for (account, zoom_user_id), versions in self._zoom_emails.items()
            if account in accounts and at_the_time(versions, at) == address
        ]
        return min(found)[1] if found else None

    def phone_user(
        self, account: str, extension_id: str | None, extension_number: str | None
    ) -> str | None:
        """The Zoom user of an extension."""
        asked = (("extension_id", extension_id), ("extension_number", extension_number))
        for name, value in asked:
            for row in self._phone_users.get(account, []):
                if value and row["id"] and row[name] == value:
                    return row["id"]
        return None

    def mapped_user(
        self, organization_id: str, accounts: list[str], zoom_user_id: str, at: datetime
    ) -> str | None:
        by_hand = [
            (change.effective_from, change.changed_at, number, change.user_id)
            for number, change in enumerate(self.settings.mapping_changes)
            if change.zoom_user_id == zoom_user_id
            and change.zoom_account_id in accounts
            and change.effective_from <= at
        ]
        if by_hand:
            return max(by_hand, key=lambda change: change[:3])[3]
        address = self.zoom_email(accounts, zoom_user_id, at)
        matches = [
            user.user_id
            for user in self.settings.users
            if user.organization_id == organization_id
            and address
            and at_the_time(self._user_emails[user.user_id], at) == address
        ]
        return min(matches) if matches else None

    def is_active(self, organization_id: str, user_id: str, at: datetime) -> bool:
        return any(
            user.user_id == user_id
            and user.organization_id == organization_id
            and user.created_at <= at
            and (user.deactivated_at is None or at < user.deactivated_at)
            for user in self.settings.users
        )

    def is_on(self, organization_id: str, user_id: str | None, feature: str, at: datetime) -> bool:
        changes = [
            (change.effective_from, change.changed_at, number, change.is_on)
            for number, change in enumerate(self.settings.subscription_changes)
            if (change.organization_id, change.user_id, change.feature)
            == (organization_id, user_id, feature)
            and change.effective_from <= at
        ]
        return max(changes)[3] if changes else True

    def is_excluded(self, organization_id: str, address: str | None) -> bool:
        entries = {
            email(exclusion.email_or_domain)
            for exclusion in self.settings.exclusions
            if exclusion.organization_id == organization_id
        }
        if address is None:
            return False
        domain = address.rpartition("@")[2]
        return address in entries or any(
            entry and (domain == entry or domain.endswith(f".{entry}")) for entry in entries
        )

    def connection_at(self, account: str, at: datetime) -> tuple[str, str | None]:
        """The organization, and why a session that ended then does not count (None: it does)."""
        of_account = [c for c in self.connections if c.zoom_account_id == account]
        organization_id = of_account[0].organization_id
        before = [c for c in of_account if c.connected_at <= at]
        if any(c.disconnected_at is None or at < c.disconnected_at for c in before):
            return organization_id, None
        return organization_id, "after_disconnection" if before else "before_connection"


def after_deauthorizations(
    world: World, connections: Iterable[Connection], events: Iterable[Event]
) -> list[Connection]:
    """A deauthorization of our app that is later than the newest grant ends the connection."""
    events, after = list(events), []
    for connection in connections:
        ends = [
            event.own_time
            for event in events
            if event.name == "app_deauthorized"
            and event.account == connection.zoom_account_id
            and event.fields["client_id"] == world.client_id
            and event.own_time > connection.granted_at
        ]
        if ends and connection.disconnected_at is None:
            connection = replace(connection, disconnected_at=min(ends))
        after.append(connection)
    return after
