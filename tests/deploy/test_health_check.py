"""The health check of the image sees from the arguments which process the container runs."""

import importlib.util
import socket
from pathlib import Path
from types import ModuleType

import pytest

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
