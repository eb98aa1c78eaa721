"""The container image is built from Debian packages, and runs every process of the compose file."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
import requests

from tests.commands.program import APP_SETTINGS
from tests.deploy.compose import our_services
from tests.deploy.containers import IMAGE, LIMITS, TOOLS, Podman
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import answers, free_port
from tests.processes.signing import signed
from tests.servers.postgres import is_fetched, running

pytestmark = [
    pytest.mark.skipif(
        not all(which(tool) for tool in TOOLS),
        reason=f"no {', '.join(TOOLS)} (Debian: apt-get install {' '.join(TOOLS)} runc)",
    ),
    pytest.mark.skipif(not is_fetched("18"), reason="no PostgreSQL 18 (run: make servers)"),
]
SERVICES = ("receiver-1", "page", "code-server", "daemon", "webserver")
BODY = b'{"event": "meeting.started", "payload": {"account_id": "nobody", "object": {}}}'
WRITE = "open('/opt/worksights-zoom/a-file', 'w')"


@dataclass(frozen=True)
class Containers:
    podman: Podman
    ports: dict[str, int]
    built: str

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """All services, on a database of a separate server that the service `migrate` has migrated."""
    podman = Podman(tmp_path_factory.mktemp("containers"))
    built = podman.build()
    assert built.returncode == 0, built.stderr[-3000:]
    tried = podman("run", "--rm", "--network", "host", *LIMITS, IMAGE)
    if tried.returncode:
        podman.remove_all()
        pytest.skip(f"podman cannot run a container here: {tried.stderr.strip()[-300:]}")
    with running("18") as server:
        (podman.folder / "tls").mkdir(mode=0o755)
        podman.folder.chmod(0o755)
        authority = shutil.copy(server.authority, podman.folder / "tls")
        Path(authority).chmod(0o644)
        settings = {
            **APP_SETTINGS,
            "DATABASE_URL": server.url().replace(
                str(server.authority).replace("/", "%2F"), "/tls/authority.crt"
            ).replace(str(server.authority), "/tls/authority.crt"),
            "TOMBSTONE_KEY": "tombstone-key-of-the-tests-with-many-letters",
        }  # fmt: skip
        services = our_services()
        ports = {name: free_port() for name in ("receiver-1", "page", "webserver")}
        try:
            podman.run("migrate", services["migrate"], ["migrate"], settings)
            assert podman.exit_code("migrate") == 0, podman.logs("migrate")
            for name in SERVICES:
                command = [*services[name]["command"]]
                if name in ports:
                    command[command.index("--port") + 1] = str(ports[name])
                podman.run(name, services[name], command, settings)
            yield Containers(podman, ports, built.stdout)
        finally:
            podman.remove_all()


def wait_until_healthy(containers: Containers, name: str) -> None:
    wait_until(lambda: containers.podman("healthcheck", "run", name).returncode == 0, every=1)


@pytest.mark.parametrize("name", SERVICES)
def test_the_process_becomes_healthy(name: str, containers: Containers) -> None:
    wait_until_healthy(containers, name)


def test_a_receiver_stores_a_delivery_and_the_page_is_ready(containers: Containers) -> None:
    for name in ("receiver-1", "page"):
        wait_until(lambda name=name: answers(f"{containers.address(name)}/readyz"))
    with requests.Session() as http:
        http.trust_env = False
        answer = http.post(
            f"{containers.address('receiver-1')}/webhooks/zoom",
            data=BODY,
            headers=signed(BODY),
            timeout=PATIENCE,
        )
    assert answer.status_code == 204, containers.podman.logs("receiver-1")


def test_dagsters_containers_find_the_code_server_in_the_volume(containers: Containers) -> None:
    wait_until(lambda: answers(f"{containers.address('webserver')}/server_info"), every=1)
    wait_until(lambda: "Sensor backlog skipped" in containers.podman.logs("daemon"), every=1)


@pytest.mark.parametrize("name", SERVICES)
def test_it_cannot_change_the_image(name: str, containers: Containers) -> None:
    done = containers.podman("exec", name, "python", "-c", WRITE)
    assert "Read-only file system" in done.stderr
    assert containers.podman("exec", name, "id", "-u").stdout.strip() == "10001"


def test_it_contains_what_the_product_needs_to_run_and_no_more(containers: Containers) -> None:
    found = containers.podman(
        *("run", "--rm", "--network", "host", *LIMITS),
        *("--entrypoint", "python", IMAGE, "-c"),
        "from importlib.metadata import distributions as d; print(*[x.name for x in d()])",
    ).stdout.split()
    assert "dagster" in found
    assert {"pytest", "playwright", "hypothesis", "pip"} & set(found) == set()


def test_its_labels_say_what_it_is(containers: Containers) -> None:
    (found,) = json.loads(containers.podman("inspect", IMAGE).stdout)
    labels = {name.rpartition(".")[2]: value for name, value in found["Config"]["Labels"].items()}
    assert labels["title"] == "worksights-zoom"
    assert len(labels["revision"]) == 40
    assert found["Config"]["User"] == "10001:10001"


@pytest.mark.parametrize("name", [*SERVICES[3:], *SERVICES[:3]])
def test_it_ends_with_success_when_it_is_stopped(name: str, containers: Containers) -> None:
    """The last test: nothing runs afterwards."""
    containers.podman("stop", "--time", "600", name)
    assert containers.podman.exit_code(name) == 0, containers.podman.logs(name)[-2000:]
