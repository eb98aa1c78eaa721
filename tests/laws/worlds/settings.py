"""Settings and how they change between batches, mostly at the ends of sessions."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.laws.reference.world import (
    Connection,
    Exclusion,
    MappingChange,
    Pause,
    PrivacySetting,
    Settings,
    SubscriptionChange,
)
from tests.laws.worlds.dice import Dice
from tests.laws.worlds.people import BASE, DOMAINS, IDN, LONG_AGO, Cast

# Those after the third are spellings of a domain.
SPELLINGS = (
    *("{}", "{}", " \u200b{}. ", "@{}", "*.{}", "*@{}", "https://{}/about?us", "www.{}"),
    *("https://www.{}",),
)
# Masked numbers are not among them: of two versions of an event with different numbers, the one
# with the greater digest applies, which the reference does not know.
PRIVACY = (
    ("topics", "leaders"),
    ("topics", "participants"),
    ("topics", "none"),
    ("phone_numbers", "full"),
    ("phone_numbers", "none"),
    ("processing", "held"),
)
# These make no difference between the batches in which an event may arrive.
REMOVES = (("topics", "none"), ("phone_numbers", "none"))
ZONES = (
    *("UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "CET"),
    *("Atlantic/Azores", "Mars/Olympus", ""),
)
SECOND = timedelta(seconds=1)
FEATURES = ("meetings", "meetings", "webinars", "phone")


@dataclass
class Setter:
    dice: Dice
    cast: Cast
    ends: list[datetime]

    def __post_init__(self) -> None:
        # Chance for what came later, so that the worlds stay the same in everything else. A copy of
        # a history has another letter before its number.
        self.others = random.Random(self.cast.prefix[1:])  # noqa: S311

        # Time zones came later still.
        self.zones = random.Random(f"zones of {self.cast.prefix[1:]}")  # noqa: S311

        # And changes back to "by email" after them.
        self.emails = random.Random(f"emails of {self.cast.prefix[1:]}")  # noqa: S311

    def edge(self) -> datetime:
        """A moment at, just before or just after the end of a session."""
        if not self.ends or self.dice.luck(0.2):
            return self.dice.choice([LONG_AGO, BASE, BASE + timedelta(days=2)])
        return self.dice.choice(self.ends) + timedelta(seconds=self.dice.choice([-1, 0, 0, 1]))

    def mapping(self) -> MappingChange:
        dice, cast = self.dice, self.cast
        account = dice.choice(list(cast.accounts))
        ids = [person.zoom_user_id for person in cast.persons[account] if person.zoom_user_id]
        users = [user.user_id for user in cast.users]
        change = MappingChange(
            zoom_account_id=account,
            zoom_user_id=dice.choice([*ids, f"{cast.prefix}foreign0"]),
            user_id=dice.choice([*users, *users, None, "nobody-knows"]),
            effective_from=self.edge(),
            changed_at=BASE + timedelta(hours=dice.number(0, 2)),
        )
        if self.emails.random() < 0.3:
            return replace(change, user_id=None, is_by_email=True)
        return change

    def subscription(self) -> SubscriptionChange:
        dice = self.dice
        user = dice.choice(self.cast.users)
        return SubscriptionChange(
            organization_id=user.organization_id,
            user_id=dice.choice([user.user_id, user.user_id, None]),
            feature=dice.choice(FEATURES),
            is_on=dice.luck(0.4),
            effective_from=self.edge(),
            changed_at=BASE + timedelta(hours=dice.number(0, 2)),
        )

    def exclusion(self) -> Exclusion:
        dice = self.dice
        named = [p.email for persons in self.cast.persons.values() for p in persons if p.email]
        entry = dice.choice([*named, *DOMAINS[1:], *IDN, "contoso.test", "so.test", "so.test"])
        if dice.luck(0.1):
            entry = "law firm"  # matches nothing
        organization = dice.choice(self.cast.organizations)
        spelling = dice.choice(SPELLINGS if "@" not in entry else SPELLINGS[:3])
        return Exclusion(organization, spelling.format(dice.choice([entry, entry.upper()])))

    def privacy(self) -> PrivacySetting:
        """One that is there from the beginning."""
        name, value = self.others.choice(PRIVACY)
        return PrivacySetting(self._organization(), name, value, LONG_AGO)

    def removal(self) -> PrivacySetting:
        """One that removes something from the past, too."""
        name, value = self.others.choice(REMOVES)
        return PrivacySetting(self._organization(), name, value, BASE)

    def pause(self) -> Pause:
        user = self.others.choice(self.cast.users)
        moments = [LONG_AGO, BASE, *self.ends, *(end + SECOND for end in self.ends)]
        return Pause(
            organization_id=user.organization_id,
            user_id=user.user_id,
            is_on=self.others.random() < 0.6,
            effective_from=self.others.choice(moments),
            changed_at=BASE + timedelta(hours=self.others.randint(0, 2)),
        )

    def _organization(self) -> str:
        return self.others.choice(list(self.cast.organizations))


def first_settings(setter: Setter) -> Settings:
    dice, cast = setter.dice, setter.cast
    users = [
        replace(
            user,
            created_at=setter.edge() if dice.luck(0.1) else user.created_at,
            deactivated_at=setter.edge() if dice.luck(0.1) else None,
            time_zone=setter.zones.choice(ZONES),
        )
        for user in cast.users
    ]
    changes = [setter.subscription() for _ in range(dice.choice([0, 0, 1, 3]))]
    mappings = [setter.mapping() for _ in range(dice.choice([0, 1, 3]))]
    mappings += [
        replace(change, user_id=dice.choice(users).user_id, is_by_email=False)
        for change in mappings
        if dice.luck(0.2)
    ]
    changes += [
        replace(change, is_on=not change.is_on, changed_at=change.changed_at - timedelta(hours=1))
        for change in changes
        if dice.luck(0.4)
    ]
    exclusions = {setter.exclusion() for _ in range(dice.choice([0, 0, 1, 2]))}
    return Settings(
        organizations=tuple(cast.organizations),
        users=tuple(users),
        connections=tuple(c for account in cast.accounts for c in _connections(setter, account)),
        mapping_changes=tuple(mappings),
        subscription_changes=tuple(changes),
        exclusions=tuple(sorted(exclusions, key=str)),
        privacy_settings=(setter.privacy(),) if setter.others.random() < 0.25 else (),
        pauses=(setter.pause(),) if setter.others.random() < 0.25 else (),
        zoom_users={account: tuple(rows) for account, rows in cast.zoom_users.items()},
        phone_users={account: tuple(rows) for account, rows in cast.phone_users.items()},
    )


def _connections(setter: Setter, account: str) -> list[Connection]:
    """Usually one that never ends. Others start or end when a session ends, and some return."""
    organization = setter.cast.accounts[account]
    edges = sorted({setter.edge(), setter.edge(), setter.edge()})
    luck = setter.dice.part()
    if luck < 0.6 or len(edges) < 3:
        times: list[tuple[datetime, datetime | None]] = [(LONG_AGO, None)]
    elif luck < 0.75:
        times = [(edges[0], None)]
    elif luck < 0.92:
        times = [(edges[0], edges[1]), (edges[setter.dice.choice([1, 2, 2])], None)]
    else:
        times = [(edges[0], edges[1])]
    return [
        Connection(f"{account}-c{n}", organization, account, start, start, end)
        for n, (start, end) in enumerate(times)
    ]


def changed(setter: Setter, settings: Settings, number: int, *, keeps_zoom_users: bool) -> Settings:
    """The settings of batch `number`, with some changes since the previous batch."""
    changes = {
        "mapping": lambda s: replace(s, mapping_changes=(*s.mapping_changes, setter.mapping())),
        "switch": lambda s: replace(
            s, subscription_changes=(*s.subscription_changes, setter.subscription())
        ),
        "exclusion": lambda s: _other_exclusions(setter, s),
        "email": lambda s: _other_email(setter, s, number),
        "activity": lambda s: _other_activity(setter, s),
        "zoom user": lambda s: s if keeps_zoom_users else _other_zoom_user(setter, s, number),
        "connection": lambda s: _other_connection(setter, s),
        "forgotten row": lambda s: replace(s, subscription_changes=s.subscription_changes[:-1]),
    }
    for _ in range(setter.dice.choice([0, 1, 2, 3])):
        settings = changes[setter.dice.choice(list(changes))](settings)
    if setter.others.random() < 0.15:
        settings = replace(
            settings, privacy_settings=(*settings.privacy_settings, setter.removal())
        )
    if setter.others.random() < 0.25:
        settings = replace(settings, pauses=(*settings.pauses, setter.pause()))
    if setter.zones.random() < 0.3:
        settings = _other_time_zone(setter, settings)
    return settings


def _other_time_zone(setter: Setter, settings: Settings) -> Settings:
    users = list(settings.users)
    n = setter.zones.randrange(len(users))
    users[n] = replace(users[n], time_zone=setter.zones.choice(ZONES))
    return replace(settings, users=tuple(users))


def _other_exclusions(setter: Setter, settings: Settings) -> Settings:
    if settings.exclusions and setter.dice.luck(0.5):
        return replace(settings, exclusions=settings.exclusions[1:])
    new = setter.exclusion()
    if new in settings.exclusions:
        return settings
    return replace(settings, exclusions=(*settings.exclusions, new))


def _other_email(setter: Setter, settings: Settings, number: int) -> Settings:
    """Gives a user an address that no user had, perhaps the address of a Zoom user."""
    n = setter.dice.number(0, len(settings.users) - 1)
    users = list(settings.users)
    address = setter.dice.choice(
        [f"new{number}.{n}@acme.test", f"{settings.users[n].user_id}@contoso.test"]
    )
    private = [
        row["email"]
        for rows in settings.zoom_users.values()
        for row in rows
        if "private" in str(row.get("email")).lower()
    ]
    taken = {user.email.strip().lower() for user in users}
    if private and private[0].strip().lower() not in taken and setter.dice.luck(0.5):
        address = private[0].strip()
    users[n] = replace(users[n], email=address)
    return replace(settings, users=tuple(users))


def _other_activity(setter: Setter, settings: Settings) -> Settings:
    n = setter.dice.number(0, len(settings.users) - 1)
    users = list(settings.users)
    users[n] = replace(
        users[n],
        created_at=setter.dice.choice([LONG_AGO, setter.edge()]),
        deactivated_at=setter.dice.choice([None, setter.edge()]),
    )
    return replace(settings, users=tuple(users))


def _other_zoom_user(setter: Setter, settings: Settings, number: int) -> Settings:
    """Changes Zoom's list: an email, a name or a status, or a user is added or removed."""
    account = setter.dice.choice(list(settings.zoom_users))
    rows = [dict(row) for row in settings.zoom_users[account]]
    row = setter.dice.choice(rows) if rows else {}
    old = [row for row in rows if "old" in str(row.get("id"))]
    if old and setter.dice.luck(0.4):
        row = old[0]
    luck = setter.dice.part()
    if row.get("id") and luck < 0.35:
        rows.remove(row)
    elif row.get("id") and luck < 0.55:
        row["status"] = "active" if row.get("status") == "inactive" else "inactive"
    elif row.get("id") and row.get("email") and luck < 0.85:
        name = setter.dice.choice(["email", "display_name"])
        row[name] = f"changed{number}@acme.test" if name == "email" else f"Changed {number}"
    else:
        new = f"{setter.cast.prefix}new{number}"
        rows.append({"id": new, "email": "guest0@contoso.test", "display_name": "New", "type": 1})
    return replace(settings, zoom_users={**settings.zoom_users, account: tuple(rows)})


def _other_connection(setter: Setter, settings: Settings) -> Settings:
    """Ends the live connection, or changes the time when it started."""
    connections = list(settings.connections)
    n = len(connections) - 1
    if connections[n].disconnected_at or setter.dice.luck(0.6):
        return settings
    edge = setter.edge()
    if setter.dice.luck(0.5):
        ended = max(edge, connections[n].connected_at + timedelta(seconds=1))
        connections[n] = replace(connections[n], disconnected_at=ended)
    else:
        before = [c for c in connections[:n] if c.zoom_account_id == connections[n].zoom_account_id]
        if not before:
            connections[n] = replace(connections[n], connected_at=edge)
    return replace(settings, connections=tuple(connections))
