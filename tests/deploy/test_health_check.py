"""The health check of the image sees from the arguments which process the container runs."""

import importlib.util
import socket
from pathlib import Path
from types import ModuleType

import pytest

from integration.commands.dagster_processes import DAGSTER_PROCESSES
from integration.commands.main import COMMANDS
from integration.settings import PROJECT
from tests.deploy.compose import our_services
from tests.processes.processes import free_port

TINI = ("/usr/bin/tini", "--", "/opt/worksights-zoom/.venv/bin/worksights-zoom")


@pytest.fixture(scope="module")
def healthy() -> ModuleType:
    file = PROJECT / "deploy" / "container" / "healthy.py"
    spec = importlib.util.spec_from_file_location("healthy", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_asks_each_service_where_it_answers(healthy: ModuleType) -> None:
    asked = {
        name: healthy.address_of([*TINI, *one["command"]]) for name, one in our_services().items()
    }
    assert asked == {
        "migrate": "",
        "receiver-1": "http://127.0.0.1:8081/healthz",
        "receiver-2": "http://127.0.0.1:8082/healthz",
        "page": "http://127.0.0.1:8080/healthz",
        "code-server": "/var/lib/worksights-zoom/dagster/code.sock",
        "daemon": "",
        "webserver": "http://127.0.0.1:3000/server_info",
    }


def test_what_does_not_answer_is_unhealthy(healthy: ModuleType) -> None:
    assert healthy.main([*TINI, "serve", "--port", str(free_port())]) == 1
    assert healthy.main([*TINI, "dagster", "daemon"]) == 0


def test_a_socket_that_listens_is_healthy(
    healthy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healthy, "CODE_SERVER", str(tmp_path / "code.sock"))
    assert healthy.main([*TINI, "dagster", "code-server"]) == 1
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "code.sock"))
        server.listen()
        assert healthy.main([*TINI, "dagster", "code-server"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["sleep", "infinity"],
        ["/pause"],
        ["python", "-c", "serve"],
        [*TINI],
        [*TINI, "--help"],
        [*TINI, "unknown", "serve"],
        [],
    ],
    ids=" ".join,
)
def test_a_container_that_runs_none_of_our_commands_is_unhealthy(
    healthy: ModuleType, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert healthy.main(arguments) == 1
    said = capsys.readouterr().err
    assert said == f"Not a command of worksights-zoom: {' '.join(arguments)}\n"


def test_a_command_without_an_address_is_healthy_while_it_runs(healthy: ModuleType) -> None:
    found = {name: healthy.address_of([*TINI, name]) for name in COMMANDS}
    assert {name: address for name, address in found.items() if address} == {
        "serve": "http://127.0.0.1:8080/healthz"
    }


def test_each_of_dagsters_processes_is_known(healthy: ModuleType) -> None:
    found = {name: healthy.address_of([*TINI, "dagster", name]) for name in DAGSTER_PROCESSES}
    assert found == {
        "code-server": "/var/lib/worksights-zoom/dagster/code.sock",
        "daemon": "",
        "webserver": "http://127.0.0.1:3000/server_info",
    }


@pytest.mark.parametrize(
    ("options", "port"),
    [
        (["--port", "8081"], 8081),
        (["--port=8081"], 8081),
        (["--metrics-port=9100", "--port=8081"], 8081),
        (["--port=8081", "--port", "8082"], 8082),
        (["--metrics-port", "9100"], 8080),
        (["--only", "receiver"], 8080),
    ],
    ids=str,
)
def test_the_port_is_read_as_the_command_reads_it(
    healthy: ModuleType, options: list[str], port: int
) -> None:
    assert healthy.address_of([*TINI, "serve", *options]) == f"http://127.0.0.1:{port}/healthz"


def test_options_may_precede_the_process(healthy: ModuleType) -> None:
    arguments = [*TINI, "dagster", "--host", "0.0.0.0", "--port=3001", "webserver"]  # noqa: S104 - never opened
    assert healthy.address_of(arguments) == "http://127.0.0.1:3001/server_info"
