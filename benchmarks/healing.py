"""`python -m benchmarks.healing [USERS [DAYS]]`: the requests and minutes that healing a day takes.

A new embedded database gets an account with USERS Zoom users (5,000) that was connected DAYS ago
(30), with the landed events of as many days. The simulated Zoom has the rate limits of the Pro
plan. It loses one webhook in twenty of one day, and all of the next. `worksights-zoom heal --day`
then heals each of the two. The floor is the time that the same requests take at the pace that
healing keeps.
"""

import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.batch import run_batch, store
from benchmarks.home import temporary_database
from integration.healing.budget import LIMITS
from integration.settings import PROJECT
from integration.zoom.kept_events import KEPT_EVENTS
from simulator.company import Company, build_company
from simulator.day import build_whole_day
from simulator.delivery import Fate, plan
from simulator.limits import HEAVY, MEDIUM, PHONE_HEAVY, PRO
from simulator.losses import Losses
from simulator.running import running
from simulator.world import World, make_world

PROGRAM = Path(sys.executable).parent / "worksights-zoom"
USERS, DAYS = 5_000, 30
APP = "benchmark"
SHARE_LOST = 0.05


def main(users: int = USERS, days: int = DAYS) -> None:
    company = build_company(users=users)
    lost_day = datetime.now(UTC).date() - timedelta(days=2)
    day = lost_day - timedelta(days=1)
    world = make_world([company], client_id=APP, client_secret=APP)
    world.accounts[company.account_id].plan = PRO
    with running(world) as zoom, temporary_database() as (url, environment):
        environment |= {"ZOOM_OAUTH_URL": zoom, "ZOOM_API_URL": zoom, "HEAL_MINUTES": "1440"}
        connect(url, environment, company, days)
        sent = delivered(world, company, day, Losses(share=SHARE_LOST))
        sent += delivered(world, company, lost_day, Losses(days=frozenset([lost_day])))
        store(url, sent)
        run_batch(environment)
        landed = repeat(url, days)
        print(f"{users:,} Zoom users, {landed:,} landed events, {len(sent):,} of them of {day}")
        for healed in (day, lost_day):
            world.limits.clear()
            world.calls.clear()
            seconds, said = run(environment, "heal", "--day", healed.isoformat())
            print(f"\n{healed}: {said.strip()}")
            report(world, company.account_id, seconds)
        run_batch(environment)
        with psycopg.connect(url) as connection:
            print()
            for row in connection.execute(
                "select day, feature, known, received, healed, missing "
                "from operations.completeness where day = any(%s) order by day, feature",
                [[day, lost_day]],
            ):
                print("{} {}: {:,} known, {:,} received, {:,} healed, {:,} missing".format(*row))


def connect(url: str, environment: dict[str, str], company: Company, days: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("insert into worksights.organizations values ('acme', 'Acme')")
        connection.execute(
            "insert into worksights.users (user_id, organization_id, email, full_name, role) "
            "values ('owner', 'acme', 'owner@acme.example', 'O', 'admin')"
        )
    run(
        environment, "connect", "--organization", "acme", "--zoom-account", company.account_id,
        "--owner", "owner@acme.example", "--server-to-server",
    )  # fmt: skip
    with psycopg.connect(url) as connection:
        connection.execute(
            "update integration.connections set connected_at = now() - make_interval(days => %s)",
            [days + 6],
        )


def delivered(world: World, company: Company, day: date, losses: Losses) -> list[bytes]:
    """The bodies that arrive of a day of which Zoom remembers everything."""
    events = build_whole_day(company, day, seed=1)
    world.history.record(event.body for event in events)
    return [
        one.body
        for one in losses.apply(plan(events, seed=1))
        if one.fate is Fate.SENT and one.event.name in KEPT_EVENTS
    ]


def repeat(url: str, days: int) -> int:
    """Gives each day before the two the events that were landed. Returns the number of all."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            """
            insert into zoom_raw.events (
                organization_id, event_id, session_id, zoom_account_id, event, source, batch,
                occurred_at, first_received_at, fields
            )
            select
                organization_id, event_id || '-' || ago, session_id || '-' || ago,
                zoom_account_id, event, source, batch, occurred_at - make_interval(days => ago),
                first_received_at - make_interval(days => ago), fields
            from zoom_raw.events, generate_series(3, %s + 2) as ago
            """,
            [days],
        )
        connection.execute("vacuum analyze zoom_raw.events")
        [(count,)] = connection.execute("select count(*) from zoom_raw.events").fetchall()
        return int(count)


def run(environment: dict[str, str], *call: str) -> tuple[float, str]:
    """(seconds, what the command printed)"""
    started = time.perf_counter()
    done = subprocess.run(
        [PROGRAM, *call], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - started, done.stdout


def report(world: World, account_id: str, seconds: float) -> None:
    """The requests, the most in a second beside what Zoom allows, and the time."""
    counted = Counter(kind_of(call["path"]) for call in world.calls)
    for path, count in counted.most_common():
        print(f"{count:8,} {path}")
    for (account, label), most in sorted(world.limits.most_per_second.items()):
        if account == account_id:
            refused = world.limits.refused[account, label]
            print(f"at most {most} {label} requests in a second; {refused} refused")
    heavy, phone, medium = (
        world.limits.allowed[account_id, label] for label in (HEAVY, PHONE_HEAVY, MEDIUM)
    )
    floor = max((heavy + phone) / LIMITS["heavy"].per_second, medium / LIMITS["medium"].per_second)
    print(f"{seconds / 60:.1f} minutes, {seconds / floor:.2f} x the floor of {floor / 60:.1f}")


def kind_of(path: str) -> str:
    """The path with {id} for ids, which may contain slashes."""
    return re.sub(r"(users|past_meetings|past_webinars|apps)/.+?(/[a-z_]+)?$", r"\1/{id}\2", path)


if __name__ == "__main__":
    main(*[int(each) for each in sys.argv[1:]])
