"""`up --demo`: the whole product as a newcomer starts it, until Ctrl-C."""

import os
import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import requests

from integration.settings import PROJECT
from tests.commands.program import Program, program_with, rows
from tests.patience import PATIENCE, wait_until
from tests.processes.leaks import (
    found_in,
    personal_data,
    secrets_of,
    stored_texts,
    written_files,
)
from tests.processes.processes import answers, free_port, kill_group
from tests.processes.whole import READY, is_alive, read_along
from tests.web.page.site import Visitor
from tests.web.page.zoom_users import words

# Role and email, and on the next line the link.
LINK = r"^  (\w[\w, ]*\w) +\S+@\S+\n    (http\S+/sign-in\?token=\S+)"
ENTRIES_BY_DAY = """
    select (activities.started_at at time zone users.time_zone)::date, count(*)
    from timeline.activities inner join worksights.users using (organization_id, user_id)
    group by 1
"""
ASKERS = ({}, {"Host": "evil.example"}, {"Origin": "https://evil.example"})
STARTED_AGAIN = "The database has stopped. Restarting it…"


WATCHING = Path(__file__).parent / "watching"
HERE = ("127.0.0.1", "::1", "localhost", "a socket of this machine")


@dataclass(frozen=True)
class Demo:
    """What was seen of the demo while it ran, and how it ended."""

    out: str
    err: str
    code: int
    dagster: str
    page: str
    server_info: dict[str, str]
    commands: list[tuple[int, str]]
    was_ready: bool
    entries: int
    connections: list[tuple[str, str]]
    children: list[psutil.Process]
    signed_in: dict[str, int]
    overview: str
    days: dict[date, int]
    personal: set[str]
    stored: Mapping[str, str]
    metrics: str
    program: Program
    connected: list[str]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    port, dagster_port = free_port(), free_port()
    page, dagster = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{dagster_port}"
    arguments = ("up", "--demo", "--port", str(port), "--dagster-port", str(dagster_port))
    with program_with() as program, program.start(*arguments, **watching(program)) as process:
        try:
            lines, reader = read_along(process)
            wait_until(
                lambda: process.poll() is not None or any(READY in line for line in lines),
            )
            assert process.poll() is None, process.stderr.read()
            children = psutil.Process(process.pid).children(recursive=True)
            with requests.Session() as http:
                http.trust_env = False
                server_info = http.get(f"{dagster}/server_info", timeout=PATIENCE).json()
                commands = [ask_dagster(http, dagster, **headers) for headers in ASKERS]
            answers_by_role = {
                role: answer_after_signing_in(link)
                for role, link in re.findall(LINK, "".join(lines), re.MULTILINE)
            }
            signed_in = {role: answer.status_code for role, answer in answers_by_role.items()}
            was_ready = answers(f"{page}/readyz")
            url = program("database-url").out.splitlines()[-1]
            entries = rows(url, "select count(*) from timeline.activities")[0][0]
            connections = rows(
                url, "select zoom_account_id, status from integration.connections order by 1"
            )
            days = dict(rows(url, ENTRIES_BY_DAY))
            with psycopg.connect(url) as connection:
                personal, stored = personal_data(connection), stored_texts(connection)
            arguments_of = {f"process {one.pid}": " ".join(one.cmdline()) for one in children}
            with requests.Session() as http:
                http.trust_env = False
                metrics = http.get(f"{page}/metrics", timeout=PATIENCE).text
            kill_the_database(program)
            wait_until(lambda: any(STARTED_AGAIN in line for line in lines))
            wait_until(lambda: answers(f"{page}/readyz"))
            os.kill(process.pid, signal.SIGINT)  # to this process alone, as a supervisor would
            process.wait(timeout=PATIENCE)
            reader.join(timeout=PATIENCE)
            err = process.stderr.read()
        finally:
            kill_group(process)
        yield Demo(
            "".join(lines), err, process.returncode, dagster, page, server_info, commands,
            was_ready, entries, connections, children, signed_in,
            words(answers_by_role["Admin"].text), days, personal,
            {**stored, **arguments_of}, metrics, program, seen_by(program).read_text().splitlines(),
        )  # fmt: skip


def seen_by(program: Program) -> Path:
    return program.home / "connections"


def watching(program: Program) -> dict[str, str]:
    """The environment in which each Python process records where it connects to."""
    seen_by(program).touch(mode=0o600)
    return {"PYTHONPATH": str(WATCHING), "CONNECTIONS_SEEN": str(seen_by(program))}


def ask_dagster(http: requests.Session, dagster: str, **headers: str) -> tuple[int, str]:
    """The answer to a command, as a program or a web site in a browser would send it."""
    answer = http.post(
        f"{dagster}/graphql",
        json={"query": 'mutation {terminateRun(runId: "a") {__typename}}'},
        headers=headers,
        timeout=PATIENCE,
    )
    return answer.status_code, answer.text


def kill_the_database(program: Program) -> None:
    file = program.home / "postgres" / "postmaster.pid"
    psutil.Process(int(file.read_text().splitlines()[0])).kill()


def answer_after_signing_in(link: str) -> requests.Response:
    """The page that the link's button leads to."""
    visitor = Visitor(link.partition("/sign-in")[0])
    with visitor.http:
        return visitor.follow(visitor.sign_in(link).headers["location"])


def test_the_demo_shows_a_timeline_and_says_where_to_look(demo: Demo) -> None:
    assert re.search(r"from\s*┃\s*to\s*┃\s*minutes\s*┃\s*entry", demo.out)
    assert re.search(r"│ (Hosted|Attended) a", demo.out)
    assert demo.entries > 0
    assert f"Dagster        {demo.dagster}" in demo.out
    assert f"webhook URL    {demo.page}/webhooks/zoom" in demo.out


def test_everything_answered_while_it_ran(demo: Demo) -> None:
    assert "dagster_webserver_version" in demo.server_info
    assert demo.was_ready
    assert demo.connections == [
        ("AcmeWorksAccount000000", "active"), ("AcmeWorksEvents0000000", "needs_attention")
    ]  # fmt: skip


def test_nobody_can_command_dagster_over_http(demo: Demo) -> None:
    """It asks nobody to sign in: not other users of the machine, and no web site."""
    (by_program, by_other_name, by_other_site) = demo.commands
    assert (by_other_name[0], by_other_site[0]) == (403, 403)
    assert "UnauthorizedError" in by_program[1], by_program


def test_the_last_ten_working_days_have_entries(demo: Demo) -> None:
    today = max(demo.days) + timedelta(days=1)
    working_days = [
        day for ago in range(1, 15) if (day := today - timedelta(days=ago)).weekday() < 5
    ]
    assert {day for day in working_days if demo.days.get(day, 0) < 20} == set()
    assert min(demo.days) == max(demo.days) - timedelta(weeks=8)


def test_the_overview_counts_from_the_arrival_and_explains_the_failing_account(demo: Demo) -> None:
    assert re.search(r"From webhook to entry \d+ min median", demo.overview)
    assert "The users of Zoom account AcmeWorksEvents0000000 cannot be read" in demo.overview
    assert "Reconnect the account" in demo.overview


def test_a_killed_database_is_started_again(demo: Demo) -> None:
    assert STARTED_AGAIN in demo.out


def test_a_link_signs_in_a_user_of_each_role(demo: Demo) -> None:
    roles = (
        "Executive", "Owner", "Manager, Sales", "Manager, Delivery", "Admin", "Technical Admin",
        "Member",
    )  # fmt: skip
    assert demo.signed_in == dict.fromkeys(roles, 200)
    assert f"page           {demo.page}" in demo.out


def test_ctrl_c_stops_everything_that_it_started(demo: Demo) -> None:
    assert (demo.code, "Traceback" in demo.err) == (0, False), demo.err
    assert demo.out.endswith("\nStopped.\n")
    assert demo.children
    # A child of a child process may stop a moment later.
    wait_until(lambda: not any(c.is_running() and is_alive(c) for c in demo.children))
    assert not answers(f"{demo.page}/healthz")
    assert not answers(f"{demo.dagster}/server_info")
    assert demo.program("stop").out == "The embedded PostgreSQL server is not running.\n"


def test_only_its_user_can_read_the_files_it_wrote(demo: Demo) -> None:
    found = demo.program.home.rglob("*")
    files = [path for path in found if path.is_file() and not path.is_symlink()]
    assert {"keys.env", "receiver.log"} <= {path.name for path in files}
    assert [path for path in files if path.stat().st_mode & 0o077] == []


def test_the_output_does_not_contain_the_path_of_the_project(demo: Demo) -> None:
    assert str(PROJECT) not in demo.out


def test_no_secret_is_in_logs_metrics_arguments_or_what_dagster_keeps(demo: Demo) -> None:
    places = dict(written_files(demo.program.home))
    assert any(place.startswith("logs/dagster-daemon") for place in places)
    assert any(place.startswith("postgres/logs") for place in places)
    assert any(place.startswith("process ") for place in demo.stored)
    places |= {**demo.stored, "metrics": demo.metrics, "out": demo.out, "err": demo.err}
    secrets = secrets_of(demo.program.home)
    assert len(secrets) == 5
    assert found_in(places, secrets) == []


def test_no_personal_data_is_in_logs_metrics_arguments_or_what_dagster_keeps(demo: Demo) -> None:
    """The output shows a day of the demo's made-up people, and whose link is whose."""
    assert len(demo.personal) > 50
    assert len(demo.stored["dagster.event_logs"]) > 100_000
    places = {**demo.stored, "metrics": demo.metrics, "err": demo.err}
    places |= dict(written_files(demo.program.home))
    assert found_in({"out": demo.out}, demo.personal)  # as they are written there
    assert found_in(places, demo.personal) == []


def test_no_process_connects_elsewhere_or_looks_up_a_name(demo: Demo) -> None:
    """No telemetry, no check for updates: a firewall may refuse all but what docs/SECURITY.md
    lists. Connections of C libraries are not seen: libpq's to the database, gRPC's to a socket.
    """
    seen = [line.split(" ", 2) for line in demo.connected]
    assert {host for _, _, host in seen} - set(HERE) == set()
    assert {program for program, _, _ in seen} >= {"worksights-zoom"}
