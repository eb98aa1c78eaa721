"""The commands of the systemd units, started with the units' environment, run the product."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from tests.commands.program import APP_SETTINGS, rows
from tests.databases import new_database, share_what_dbt_parsed, with_own_logins
from tests.deploy.units import SERVICES, Machine, read_unit
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import answers, free_port
from tests.processes.signing import signed

TOMBSTONE_KEY = "tombstone-key-of-the-tests-with-many-letters"
LOCATIONS = """
    { workspaceOrError { ... on Workspace { locationEntries {
        name loadStatus locationOrLoadError { __typename } } } } }
"""
TICKS = "select count(*) from dagster.job_ticks"
BODY = b'{"event": "meeting.started", "payload": {"account_id": "nobody", "object": {}}}'


@dataclass(frozen=True)
class Started:
    machine: Machine
    database_url: str
    ports: dict[str, int]
    processes: dict[str, subprocess.Popen[bytes]]

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"


@pytest.fixture(scope="module")
def started(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """All services, on a database that the unit `migrate` has migrated."""
    with new_database(server_url, template="template1") as url, ExitStack() as stack:
        settings = {**APP_SETTINGS, **with_own_logins(url), "TOMBSTONE_KEY": TOMBSTONE_KEY}
        machine = Machine(tmp_path_factory.mktemp("machine"), settings)
        machine.write_settings()
        share_what_dbt_parsed(machine.home)
        with machine.running(read_unit("worksights-zoom-migrate.service")) as migrating:
            assert migrating.wait(PATIENCE) == 0, log_of(machine, "migrate")
        ports = {"receiver@": free_port(), "page": free_port(), "webserver": free_port()}
        changed = {"page": "8080", "webserver": "3000"}
        processes = {}
        for service in ("receiver@", "page", "daemon", "webserver", "code-server"):
            processes[service] = stack.enter_context(
                machine.running(
                    read_unit(f"worksights-zoom-{service}.service"),
                    instance=str(ports["receiver@"]) if service == "receiver@" else "",
                    port=(changed[service], ports[service]) if service in changed else None,
                )
            )
        yield Started(machine, url, ports, processes)


def log_of(machine: Machine, service: str) -> str:
    return (machine.folder / f"worksights-zoom-{service}.service.log").read_text()


def wait_until_ready(started: Started, service: str, path: str) -> None:
    process = started.processes[service]
    wait_until(lambda: process.poll() is not None or answers(started.address(service) + path))
    assert process.poll() is None, log_of(started.machine, service)


def test_every_service_is_started_here() -> None:
    names = ("receiver@", "page", "daemon", "webserver", "code-server", "migrate")
    assert sorted(f"worksights-zoom-{name}.service" for name in names) == SERVICES


def test_a_receiver_stores_a_delivery(started: Started) -> None:
    wait_until_ready(started, "receiver@", "/readyz")
    with requests.Session() as http:
        http.trust_env = False
        answer = http.post(
            f"{started.address('receiver@')}/webhooks/zoom",
            data=BODY,
            headers=signed(BODY),
            timeout=PATIENCE,
        )
    assert answer.status_code == 204
    stored = rows(started.database_url, "select body from ingress.deliveries")
    assert [bytes(body) for (body,) in stored] == [BODY]


def test_the_page_is_ready(started: Started) -> None:
    wait_until_ready(started, "page", "/readyz")


def locations(started: Started) -> list[dict[str, str]]:
    with requests.Session() as http:
        http.trust_env = False
        address = f"{started.address('webserver')}/graphql"
        answer = http.post(address, json={"query": LOCATIONS}, timeout=PATIENCE)
    return answer.json()["data"]["workspaceOrError"]["locationEntries"]


def test_dagster_loads_our_definitions_and_evaluates_its_sensors(started: Started) -> None:
    wait_until_ready(started, "webserver", "/server_info")
    assert locations(started) == [
        {
            "name": "worksights_zoom",
            "loadStatus": "LOADED",
            "locationOrLoadError": {"__typename": "RepositoryLocation"},
        }
    ]
    wait_until(lambda: rows(started.database_url, TICKS)[0][0] > 0)


def test_each_process_is_the_program_itself_and_only_the_code_server_holds_keys(
    started: Started,
) -> None:
    """So that signals reach it, and its exit code is the service's."""
    programs = {"code-server": "dagster", "daemon": "dagster-daemon", "webserver": "python"}
    found = {name: psutil.Process(started.processes[name].pid) for name in programs}
    run = {name: [Path(part).name for part in one.cmdline()[:3]] for name, one in found.items()}
    assert {name for name, program in programs.items() if program not in run[name]} == set()
    holders = {name for name, one in found.items() if one.environ().get("ENCRYPTION_KEY")}
    assert holders == {"code-server"}


def test_the_daemon_continues_with_a_code_server_that_was_killed_and_started_again(
    started: Started,
) -> None:
    os.killpg(started.processes["code-server"].pid, signal.SIGKILL)
    started.processes["code-server"].wait(PATIENCE)
    with started.machine.running(read_unit("worksights-zoom-code-server.service")) as again:
        before = successful_ticks(started)
        wait_until(lambda: successful_ticks(started) > before)
        assert started.processes["daemon"].poll() is None
        wait_until(lambda: locations(started)[0]["loadStatus"] == "LOADED")
        stop_and_check(again)


def successful_ticks(started: Started) -> int:
    query = f"{TICKS} where status in ('SKIPPED', 'SUCCESS')"
    return int(rows(started.database_url, query)[0][0])


def stop_and_check(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("service", ["receiver@", "page", "daemon", "webserver"])
def test_a_service_ends_with_success_when_systemd_stops_it(service: str, started: Started) -> None:
    before = log_of(started.machine, service)
    stop_and_check(started.processes[service])
    assert "Traceback" not in log_of(started.machine, service).removeprefix(before)
