"""Two firms with a short past that only Zoom's REST API knows: no webhook has arrived. There is no
batch either, so what healing adds stays in the queue, where it is counted.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from integration.causes.refused import causes_of_log, causes_of_refused
from integration.connections.listed import connections_of
from integration.connections.refused_sources import refused_sources
from integration.database.postgres import connect, database_url
from integration.healing.heal import _lock, heal
from integration.notify.noticed import Noticed, store_found
from integration.settings import read_settings
from simulator.company import build_company
from simulator.running import running
from simulator.world import World, make_world
from tests.connections.accounts import grant
from tests.databases import MIGRATED, new_database
from tests.patience import PATIENCE
from tests.pipeline.events import Body, Person, Session, event, iso
from tests.pipeline.installation import (
    ACCOUNTS,
    CLIENT_ID,
    CLIENT_SECRET,
    Installation,
    install,
)

# What limits apply is decided by the clock, so the day is yesterday in real time.
TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=1)
MORNING = datetime.combine(DAY, datetime.min.time(), tzinfo=UTC)
NOW = MORNING + timedelta(days=1, hours=5)
ONE_DAY = timedelta(days=1)
FIRST, SECOND = ACCOUNTS[:2]
FIRMS = {FIRST: "firm-0", SECOND: "firm-1"}

ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
BOB = Person("Bob Bay", "zu-bob", "bob@firm.example")
CLEO = Person("Cleo Cox", "zu-cleo", "cleo@firm.example")
COLLEAGUES = [ANN, BOB, CLEO]
OF_ANN, OF_BOB, WEBINAR, CALL = "uuid-ann==", "uuid-bob==", "uuid-webinar==", "call-1"
# The events that each adds: start, end, and the joins and leaves of two people.
EVERYTHING = Counter({OF_ANN: 6, OF_BOB: 6, WEBINAR: 6, CALL: 1})


def session(
    uuid: str,
    host: Person,
    account: str,
    *,
    ended_at: datetime = MORNING + timedelta(hours=10),
    kind: str = "meeting",
    topic: str = "Plans for spring",
) -> Session:
    """One of an hour."""
    start, number = ended_at - timedelta(hours=1), 5 if kind == "webinar" else 2
    return Session(account, uuid, host.zoom_user_id, start, ended_at, topic, kind, number)


def call(account: str, *, ended_at: datetime) -> Body:
    record = {
        "call_history_uuid": f"record-of-{CALL}",
        "call_id": CALL,
        "result": "answered",
        "start_time": iso(ended_at),
        "end_time": iso(ended_at),
        "caller_ext_id": "ext-ann",
        "callee_did_number": "+12125550199",
        "callee_name": "Dr. Doe",
    }
    about = {"user_id": ANN.zoom_user_id, "call_elements": [record]}
    return event("phone.caller_call_element_completed", account, ended_at, about)


def everything(account: str, *, morning: datetime = MORNING) -> list[Body]:
    end = morning + timedelta(hours=10)
    return [
        *session(OF_ANN, ANN, account, ended_at=end).whole([ANN, BOB]),
        *session(OF_BOB, BOB, account, ended_at=end).whole([BOB, CLEO]),
        *session(WEBINAR, CLEO, account, ended_at=end, kind="webinar").whole([CLEO, ANN]),
        call(account, ended_at=end + timedelta(hours=1)),
    ]


def newest_due(now: datetime) -> datetime:
    """The start of the newest day that is due in real time, as the command and the job see it."""
    day = (now - timedelta(hours=4)).date() - ONE_DAY
    return datetime.combine(day, datetime.min.time(), tzinfo=UTC)


@dataclass
class ShortPast:
    """`said` has the lines of the last run."""

    installation: Installation
    zoom: str
    said: list[str] = field(default_factory=list)

    def control(self, what: str, *, method: str = "POST", **body: Any) -> Any:
        """Calls the simulator's `/_control`."""
        with requests.Session() as http:
            http.trust_env = False
            address = f"{self.zoom}/_control/{what}"
            answer = http.request(method, address, json=body or None, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def fail(self, path: str, *, account: str = FIRST, times: int = 1000, **answer: Any) -> None:
        self.control("fail", path=path, account_id=account, times=times, **answer)

    def heal(self, *, now: datetime = NOW, day: date | None = None, **changed: str) -> Counter[str]:
        settings = read_settings().only_of("pipeline").changed(changed)
        self.said.clear()
        return heal(
            settings,
            database_url(settings, "pipeline"),
            now=now,
            say=self.said.append,
            day=day,
            is_asked_for=day is not None,
        )

    def queued(self, account: str = FIRST) -> Counter[str]:
        """How many bodies wait, by session or call."""
        found = self.installation.execute(
            "select body from ingress.deliveries where source = 'api' and zoom_account_id = %s",
            [account],
        )
        return Counter(_subject(json.loads(body)) for (body,) in found)

    def days(self, account: str = FIRST) -> dict[tuple[date, str], str]:
        """What is recorded of each day and source: "finished", or the error."""
        found = self.installation.execute(
            "select day, source, case when finished_at is null then coalesce(error, 'unfinished') "
            "else 'finished' end from zoom_raw.healed_days where zoom_account_id = %s",
            [account],
        )
        return {(day, source): state for day, source, state in found}

    def calls(self, ending: str = "", account: str = FIRST) -> list[str]:
        """The paths of the REST requests of an account that end so, in the simulator's journal."""
        return [
            call["path"]
            for call in self.control("calls", method="GET")
            if call["account_id"] == account
            and call["path"].startswith("/v2/")
            and call["path"].endswith(ending)
        ]

    def refused(self) -> list[tuple[str, str]]:
        return self.installation.execute(
            "select zoom_account_id, source from integration.refused_sources order by 1, 2"
        )

    def notifications(self, *, now: datetime) -> list[Noticed]:
        """What everybody is notified of now, because it was not open the last time."""
        found = []
        for organization_id in FIRMS.values():
            with connect(self.installation.url) as connection:
                causes = causes_of_refused(
                    refused_sources(connection, organization_id=organization_id),
                    connections_of(connection, organization_id=organization_id),
                )
                found += store_found(connection, causes, organization_id=organization_id, now=now)
        with connect(self.installation.url) as connection:
            causes = causes_of_log(connection)
            found += store_found(connection, causes, organization_id=None, now=now)
        return found

    def connect(self, world: World) -> None:
        for account, organization_id in FIRMS.items():
            connection_id = self.installation.organization(
                organization_id, account=account, users={}, connected_at=MORNING
            )
            grant(self.installation, world, account, connection_id=connection_id)
        self.installation.execute(
            "update integration.connections set users_imported_at = connected_at"
        )
        self.add_users(*(person.zoom_user_id for person in COLLEAGUES))

    def add_users(self, *zoom_user_ids: str) -> None:
        """As if imported."""
        self.installation.execute(
            """
            insert into zoom_raw.users
                (organization_id, zoom_account_id, zoom_user_id, imported_at, batch, status)
            select organization_id, zoom_account_id, zoom_user_id, %s, 0, 'active'
            from integration.connections cross join unnest(%s::text[]) as zoom_user_id
            """,
            [MORNING, list(zoom_user_ids)],
        )

    @contextmanager
    def being_healed(self, account: str) -> Iterator[None]:
        """As while another process heals the account."""
        with connect(self.installation.url, role="pipeline") as other:
            assert _lock(other, account)
            yield

    def connected_at(self, at: datetime) -> None:
        self.installation.execute(
            "update integration.connections set connected_at = %s, granted_at = %s", [at, at]
        )

    def disconnect(self, account: str) -> None:
        self.installation.execute(
            "update integration.connections set status = 'disconnected', disconnected_at = %s "
            "where zoom_account_id = %s",
            [NOW, account],
        )

    def start_again(self) -> None:
        """As it was before the first healing, at Zoom, too."""
        for what in ("fail", "access", "limits", "history", "app", "webhook-log", "calls"):
            self.control(what, method="DELETE")
        events = [body for account in FIRMS for body in everything(account)]
        self.control("history", events=events)
        self.installation.execute(
            """
            truncate zoom_raw.healed_days, zoom_raw.known_sessions, zoom_raw.events,
                integration.refused_sources, integration.causes, pipeline.zoom_requests,
                integration.privacy_settings cascade;
            delete from ingress.deliveries;
            delete from zoom_raw.users where zoom_user_id not in ('zu-ann', 'zu-bob', 'zu-cleo');
            update zoom_raw.users set is_listed = true;
            delete from integration.connections where connection_id not in (
                select connection_id from integration.tokens
            );
            """
        )
        self.installation.execute(
            "update integration.connections set connected_at = %(at)s, granted_at = %(at)s, "
            "users_imported_at = %(at)s, status = 'active', disconnected_at = null, "
            "phone_detail = null, lacks_phone = false",
            {"at": MORNING},
        )


def _subject(body: Body) -> str:
    about = body["payload"]["object"]
    return about["uuid"] if "uuid" in about else about["call_logs"][0]["call_id"]


@contextmanager
def short_past(server_url: str, home: Path, *, template: str = MIGRATED) -> Iterator[ShortPast]:
    """A database and a Zoom for a whole module; `start_again` before each test."""
    companies = [build_company(users=10, account_id=account) for account in FIRMS]
    world = make_world(companies, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    for account in world.accounts.values():
        account.users[:] = [
            {"id": one.zoom_user_id, "email": one.email, "type": 2, "status": "active"}
            for one in COLLEAGUES
        ]
    with (
        running(world) as zoom,
        new_database(server_url, template=template) as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        found = ShortPast(install(url, home=home, zoom=zoom, patch=patch), zoom)
        found.connect(world)
        yield found
