"""The compose file runs real commands with settings that exist, within the limits of the units."""

import re
import shutil
import subprocess
from pathlib import Path
from shutil import which

import pytest

from integration.commands.main import cli
from integration.web.serve import GRACE_SECONDS
from tests.deploy.compose import FILE, composition, our_services
from tests.deploy.units import SERVICES, SETTINGS, read_unit
from tests.rules.settings import listed_settings

UNITS = {name: re.sub(r"-\d$", "@", name) for name in our_services()}
OF_UVICORN = {"FORWARDED_ALLOW_IPS"}
HOME = "home:/var/lib/worksights-zoom"


def names_in(file: Path) -> set[str]:
    lines = file.read_text().splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}


def test_every_unit_is_a_service_of_the_compose_file() -> None:
    assert {f"worksights-zoom-{unit}.service" for unit in UNITS.values()} == set(SERVICES)


@pytest.mark.skipif(
    which("docker-compose") is None,
    reason="no docker-compose (Debian: apt-get install docker-compose)",
)
def test_compose_accepts_the_file(tmp_path: Path) -> None:
    """docker-compose checks it against the specification's schema, without Docker."""
    for file in SETTINGS.glob("*.env"):
        shutil.copy(file, tmp_path)
    file = tmp_path / "compose.yaml"
    file.write_text(FILE.read_text().replace("/etc/worksights-zoom", str(tmp_path)))
    done = subprocess.run(
        ["docker-compose", "--file", str(file), "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("service", UNITS)
def test_its_command_is_one_that_the_program_understands(service: str) -> None:
    name, *arguments = our_services()[service]["command"]
    with cli.make_context("worksights-zoom", [], resilient_parsing=True) as group:
        command = cli.get_command(group, name)
        assert command
        with command.make_context(name, [*arguments]) as context:  # fails at an unknown option
            assert context.args == []


@pytest.mark.parametrize("service", UNITS)
def test_it_has_the_arguments_of_its_unit(service: str) -> None:
    """On all addresses of its container, which the compose file publishes on this machine only."""
    unit = read_unit(f"worksights-zoom-{UNITS[service]}.service").get("ExecStart")
    _, *wanted = unit.replace("%i", f"808{service[-1]}").split()
    given = [*our_services()[service]["command"]]
    if "--host" in given:
        place = given.index("--host")
        assert given.pop(place + 1) == "0.0.0.0"  # noqa: S104
        given.pop(place)
    assert given == wanted


@pytest.mark.parametrize("service", UNITS)
def test_it_gets_the_settings_of_its_unit(service: str) -> None:
    unit = read_unit(f"worksights-zoom-{UNITS[service]}.service")
    assert our_services()[service]["env_file"] == unit.all("EnvironmentFile")
    assert set(our_services()[service].get("environment", {})) <= listed_settings() | OF_UVICORN


@pytest.mark.parametrize("service", UNITS)
def test_it_has_the_limits_of_its_unit_and_can_write_to_little(service: str) -> None:
    found, unit = our_services()[service], read_unit(f"worksights-zoom-{UNITS[service]}.service")
    assert (found["mem_limit"], str(found["pids_limit"])) == (
        unit.get("MemoryMax"), unit.get("TasksMax"),
    )  # fmt: skip
    assert (found["read_only"], found["cap_drop"]) == (True, ["ALL"])
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found.get("volumes", []) in ([], [HOME])
    if service != "migrate":
        assert found["stop_grace_period"] == f"{unit.get('TimeoutStopSec')}s"
        assert found["restart"] == "unless-stopped"


def test_nothing_is_published_outside_this_machine() -> None:
    published = [
        port for one in composition()["services"].values() for port in one.get("ports", [])
    ]
    assert len(published) == 4
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_a_receiver_and_the_page_have_time_to_stop() -> None:
    for name in ("receiver-1", "page"):
        command = our_services()[name]["command"]
        drain = int(command[command.index("--drain") + 1]) if "--drain" in command else 0
        assert int(our_services()[name]["stop_grace_period"][:-1]) >= drain + 2 * GRACE_SECONDS


def test_everything_it_refers_to_is_defined() -> None:
    whole = composition()
    for name, one in whole["services"].items():
        assert set(one["networks"]) <= set(whole["networks"]), name
        assert set(one.get("secrets", [])) <= set(whole["secrets"]), name
        assert set(one.get("depends_on", {})) <= set(whole["services"]), name
        assert {v.partition(":")[0] for v in one.get("volumes", [])} <= set(whole["volumes"]), name
        for file in one.get("env_file", []):
            assert names_in(SETTINGS / Path(file).name) <= listed_settings(), name
