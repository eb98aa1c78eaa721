"""What was known and set at a time (5.3, 5.8, 5.10): users, mappings, subscriptions, exclusions."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from integration.identity.rules import OrganizationRules, organization_rules
from tests.laws.reference.deauthorizations import after_deauthorizations
from tests.laws.reference.deliveries import land
from tests.laws.reference.emails import address_or_domain
from tests.laws.reference.events import Event, name_of
from tests.laws.reference.values import email, text
from tests.laws.reference.versions import Version, Versions, at_the_time, emails_of_users
from tests.laws.reference.world import IDENTITY_SETTINGS, World

PHONE_USER = ("extension_id", "extension_number", "id")
DESCRIBE_USERS = ("user.created", "user.updated", "user.activated")
# Event -> whether a Zoom user is active from then on.
ACTIVITY_EVENTS = {
    "user.created": True,
    "user.activated": True,
    "user.deactivated": False,
    "user.deleted": False,
    "user.disassociated": False,
}


class Known:
    """Everything that the rules need and the session's own events do not contain."""

    def __init__(self, world: World, events: Iterable[Event]) -> None:
        events = list(events)
        self.world = world
        self.settings = world.settings
        self.connections = after_deauthorizations(world, world.settings.connections, events)
        self._user_emails = emails_of_users(world)
        self._zoom_emails: dict[tuple[str, str], Versions] = {}
        self._zoom_names: dict[tuple[str, str], Versions] = {}
        self._observed: set[tuple[str, str]] = set()
        self._rules: dict[str, OrganizationRules] = {}
        self._phone_users: dict[str, list[dict[str, str | None]]] = {}
        # Each observation: its time, whether they were active, whether it was an event.
        self._activity: dict[tuple[str, str], list[tuple[datetime, bool, bool]]] = {}
        self._read_imports()
        for event in events:
            if event.name in DESCRIBE_USERS:
                key = event.account, event.fields["zoom_user_id"]
                self._observed.add(key)
                self._add(key, event.own_time, event.fields["email"], event.fields["name"])
            if event.name in ACTIVITY_EVENTS:
                key = event.account, event.fields["zoom_user_id"]
                seen = event.own_time, ACTIVITY_EVENTS[event.name], True
                self._activity.setdefault(key, []).append(seen)
        self._add_who_was_not_listed()

    def _read_imports(self) -> None:
        self._imports: dict[str, list[tuple[datetime, set[str]]]] = {}
        ended = _accounts_that_ended(self.world)
        for number, batch in enumerate(self.world.batches):
            for connection in batch.settings.connections:
                account = connection.zoom_account_id
                if connection.disconnected_at or ended.get(account, number) < number:
                    continue
                listed: set[str] = set()
                self._imports.setdefault(account, []).append((batch.as_of, listed))
                for row in batch.settings.zoom_users.get(account, ()):
                    zoom_user_id = text(row.get("id"))
                    if zoom_user_id:
                        name, address = name_of(row), email(row.get("email"))
                        self._observed.add((account, zoom_user_id))
                        self._add((account, zoom_user_id), batch.as_of, address, name)
                        seen = batch.as_of, text(row.get("status")) != "inactive", False
                        self._activity.setdefault((account, zoom_user_id), []).append(seen)
                        listed.add(zoom_user_id)
                self._phone_users[account] = [
                    {name: text(row.get(name)) for name in PHONE_USER}
                    for row in batch.settings.phone_users.get(account, ())
                ]

    def _add(
        self, key: tuple[str, str], at: datetime, address: str | None, name: str | None
    ) -> None:
        if address:
            self._zoom_emails.setdefault(key, []).append(Version(at, address))
        if name:
            self._zoom_names.setdefault(key, []).append(Version(at, name))

    def _add_who_was_not_listed(self) -> None:
        """For everyone who was ever known, because every import of the worlds is complete."""
        for account, zoom_user_id in {*self._activity, *self._zoom_emails, *self._zoom_names}:
            for at, listed in self._imports.get(account, []):
                if zoom_user_id not in listed:
                    seen = at, False, False
                    self._activity.setdefault((account, zoom_user_id), []).append(seen)

    def was_active(self, account: str, zoom_user_id: str, at: datetime) -> bool:
        """By the latest observation until then; at equal times, active wins. Before the first one,
        the opposite of an event or the same as an import.
        """
        seen = self._activity.get((account, zoom_user_id), [])
        until_then = [each for each in seen if each[0] <= at]
        if until_then:
            return max(until_then)[1]
        first = max((each for each in seen if each[0] == min(seen)[0]), default=None)
        return first is not None and first[1] != first[2]

    def rules_of(self, organization_id: str) -> OrganizationRules:
        """By which addresses are classified now."""
        if organization_id not in self._rules:
            self._rules[organization_id] = organization_rules(
                user_emails=[
                    email(user.email)
                    for user in self.settings.users
                    if user.organization_id == organization_id
                ],
                own_domains=[],
                overrides={},
                settings=IDENTITY_SETTINGS,
            )
        return self._rules[organization_id]

    def is_imported_without_email(self, organization_id: str, zoom_user_id: str) -> bool:
        """In no account of the organization, at no time."""
        keys = [(account, zoom_user_id) for account in self.accounts_of(organization_id, "")]
        return any(key in self._observed for key in keys) and not any(
            self._zoom_emails.get(key) for key in keys
        )

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
        """Prefers the first account, then a user who was active then, then the smallest id."""
        found = [
            (account != accounts[0], not self.was_active(account, zoom_user_id, at), zoom_user_id)
            for (account, zoom_user_id), versions in self._zoom_emails.items()
            if account in accounts and at_the_time(versions, at) == address
        ]
        return min(found)[-1] if found else None

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
        manual = [
            (change.effective_from, change.changed_at, number, change)
            for number, change in enumerate(self.settings.mapping_changes)
            if change.zoom_user_id == zoom_user_id
            and change.zoom_account_id in accounts
            and change.effective_from <= at
        ]
        if manual:
            latest = max(manual, key=lambda change: change[:3])[3]
            if not latest.is_by_email:
                return latest.user_id
        address = self.zoom_email(accounts, zoom_user_id, at)
        matches = [
            (not self.is_active(organization_id, user.user_id, at), user.user_id)
            for user in self.settings.users
            if user.organization_id == organization_id
            and address
            and at_the_time(self._user_emails[user.user_id], at) == address
        ]
        return min(matches)[-1] if matches else None

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

    def is_paused(self, organization_id: str, user_id: str | None, at: datetime) -> bool:
        changes = [
            (change.effective_from, change.changed_at, number, change.is_on)
            for number, change in enumerate(self.settings.pauses)
            if (change.organization_id, change.user_id) == (organization_id, user_id)
            and change.effective_from <= at
        ]
        return max(changes)[3] if changes else False

    def is_excluded(self, organization_id: str, address: str | None) -> bool:
        entries = {
            address_or_domain(exclusion.email_or_domain)
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
        """The organization, and why a session that ended then is discarded (None: it is not)."""
        of_account = [c for c in self.connections if c.zoom_account_id == account]
        organization_id = of_account[0].organization_id
        before = [c for c in of_account if c.connected_at <= at]
        if any(c.disconnected_at is None or at < c.disconnected_at for c in before):
            return organization_id, None
        return organization_id, "after_disconnection" if before else "before_connection"


def _accounts_that_ended(world: World) -> dict[str, int]:
    """Account -> the batch that found our app removed; later ones import nothing from it."""
    ended: dict[str, int] = {}
    for number, batch in enumerate(world.batches):
        events, _ = land(replace(world, batches=(batch,)))
        for event in events.values():
            granted = [
                connection.granted_at
                for connection in batch.settings.connections
                if connection.zoom_account_id == event.account and not connection.disconnected_at
            ]
            is_ours = event.name == "app_deauthorized" and (
                event.fields["client_id"] == world.client_id
            )
            if is_ours and granted and event.own_time > max(granted):
                ended.setdefault(event.account, number)
    return ended
