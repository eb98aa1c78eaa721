"""A day of a simulated company, of which some webhooks are lost: before and after healing."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from integration.database.postgres import database_url
from integration.healing.heal import heal
from integration.settings import read_settings
from simulator.company import Company, build_company
from simulator.day import build_whole_day
from simulator.delivery import Delivery, Fate, plan
from simulator.losses import Losses
from simulator.running import running
from simulator.world import World, make_world
from tests.connections.accounts import grant
from tests.pipeline.installation import (
    ACCOUNTS,
    CLIENT_ID,
    CLIENT_SECRET,
    Installation,
    new_installation,
)
from tests.pipeline.tables import CLIENTSIGHTS, TABLES, Key, contents, take_snapshot

SEED = 7
DAY = date(2026, 3, 3)
ACCOUNT = ACCOUNTS[0]
FIRM = "firm-0"
MORNING = datetime(2026, 3, 3, tzinfo=UTC)
NIGHT = MORNING + timedelta(days=1, minutes=30)
NEXT_MORNING = MORNING + timedelta(days=1, hours=5)
Marts = Mapping[Key, Mapping[str, Any]]


@dataclass
class Played:
    """An installation that has received the day's webhooks, except for the lost ones."""

    installation: Installation
    world: World
    lost: list[Delivery]
    marts: dict[str, Marts] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def heal(
        self, *, now: datetime = NEXT_MORNING, day: date | None = None, **changed: str
    ) -> Counter[str]:
        settings = read_settings().only_of("pipeline").changed(changed)
        return heal(
            settings,
            database_url(settings, "pipeline"),
            now=now,
            say=self.said.append,
            day=day,
            is_asked_for=day is not None,
        )

    def deliver_lost(self) -> None:
        """What was lost arrives after all, as late as possible."""
        self.installation.deliver_in_order([(one.body, one.at) for one in self.lost])

    def batch(self, name: str, *, now: datetime) -> None:
        self.installation.batch(now=now)
        self.marts[name] = marts_of(self.installation)

    def events(self, source: str) -> Counter[str]:
        found = self.installation.execute(
            "select event, count(*)::integer from zoom_raw.events where source = %s group by 1",
            [source],
        )
        return Counter(dict(found))


@contextmanager
def simulated() -> Iterator[tuple[Company, World, str]]:
    """A company, and a Zoom that remembers its day; there it is the next morning."""
    company = build_company(users=14, account_id=ACCOUNT)
    world = make_world([company], client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    world.history.record(event.body for event in build_whole_day(company, DAY, seed=SEED))
    started_at = time.monotonic()
    world.now = lambda: NEXT_MORNING.timestamp() + time.monotonic() - started_at
    with running(world) as url:
        yield company, world, url


@contextmanager
def installed(
    server_url: str, home: Path, simulator: tuple[Company, World, str]
) -> Iterator[Installation]:
    """An installation that the company has connected in the morning."""
    company, world, zoom = simulator
    users = {user.email.split("@")[0]: user.email for user in company.users if user.email}
    with new_installation(server_url, home=home, zoom=zoom) as installation:
        connection_id = installation.organization(
            FIRM, account=ACCOUNT, users=users, connected_at=MORNING
        )
        grant(installation, world, ACCOUNT, connection_id=connection_id)
        yield installation


@contextmanager
def played(
    server_url: str, home: Path, simulator: tuple[Company, World, str], losses: Losses
) -> Iterator[Played]:
    company, world, _ = simulator
    deliveries = losses.apply(plan(build_whole_day(company, DAY, seed=SEED), seed=SEED))
    with installed(server_url, home, simulator) as installation:
        sent = [(one.body, one.at) for one in deliveries if one.fate is Fate.SENT]
        installation.deliver_in_order(sent)
        lost = [one for one in deliveries if one.fate in (Fate.SWALLOWED, Fate.LOGGED)]
        found = Played(installation, world, lost)
        found.batch("received", now=NIGHT)
        yield found


def marts_of(installation: Installation) -> Marts:
    return contents(take_snapshot(installation.url, TABLES | CLIENTSIGHTS))


def differences(before: Marts, after: Marts) -> Counter[str]:
    """How many rows of each table are missing or extra, or differ in a column; where the end of a
    session is known from aside.
    """
    found: Counter[str] = Counter()
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            found[f"{key[0]} {'extra' if one is None else 'missing'}"] += 1
            continue
        names = (name for name in one if name != "end_source" and one[name] != other[name])
        found.update(f"{key[0]}.{name}" for name in names)
    return found
