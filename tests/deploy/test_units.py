"""The systemd units say what the processes need, and systemd accepts them."""

import re
import shutil
import subprocess
from pathlib import Path
from shutil import which

import pytest

from integration.settings_of_processes import SETTINGS_OF
from integration.web.serve import GRACE_SECONDS
from tests.deploy.units import INSTALLED, SERVICES, SETTINGS, UNITS, read_unit
from tests.rules.settings import listed_settings

WITH_SYSTEMD = pytest.mark.skipif(
    which("systemd-analyze") is None, reason="no systemd-analyze (Debian: apt-get install systemd)"
)
# Which process each service is, by the settings that it reads.
PROCESSES = {
    "worksights-zoom-receiver@.service": {"receiver"},
    "worksights-zoom-page.service": {"page"},
    "worksights-zoom-code-server.service": {"pipeline"},
    "worksights-zoom-daemon.service": {"dagster-daemon"},
    "worksights-zoom-webserver.service": {"dagster-webserver"},
}
# Shared by the page, the batches and the commands: one file, so that a key has one place.
SHARED = SETTINGS / "shared.env"
# Ten times systemd's exposure level, which is 10 for a service without any restrictions.
MOST_EXPOSED = 25


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine on which the units are installed."""
    program = tmp_path / INSTALLED.lstrip("/")
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    installed = tmp_path / "etc" / "systemd" / "system"
    installed.mkdir(parents=True)
    for target in ("sysinit", "basic", "shutdown", "network-online", "multi-user"):
        (installed / f"{target}.target").write_text("[Unit]\n")
    (tmp_path / "etc" / "passwd").write_text("worksights-zoom:x:999:999::/:/bin/false\n")
    (tmp_path / "etc" / "group").write_text("worksights-zoom:x:999:\n")
    for path in UNITS.iterdir():
        if path.suffix in (".service", ".target"):
            shutil.copy(path, installed)
        elif path.suffix == ".d":
            shutil.copytree(path, installed / path.name)
    return tmp_path


def analyze(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", f"--root={root}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@WITH_SYSTEMD
@pytest.mark.parametrize("service", SERVICES)
def test_systemd_accepts_the_unit(service: str, root: Path) -> None:
    done = analyze(root, "verify", "--man=no", service.replace("@", "@8081"))
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert (done.returncode, lines) == (0, [])


@WITH_SYSTEMD
def test_systemd_finds_a_mistake(root: Path) -> None:
    """The test above would see it."""
    file = root / "etc" / "systemd" / "system" / "worksights-zoom-page.service"
    file.write_text(file.read_text() + "Restarts=always\n")
    done = analyze(root, "verify", "--man=no", file.name)
    assert "Restarts" in done.stderr


@WITH_SYSTEMD
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_can_do_little_harm(service: str, root: Path) -> None:
    name = service.replace("@", "@8081")
    done = analyze(root, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", name)
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_target_wants_every_service_except_the_migration() -> None:
    text = (UNITS / "worksights-zoom.target").read_text()
    wanted = {
        re.sub(r"@\d+", "@", name) for name in re.findall(r"worksights[\w@-]+\.service", text)
    }
    assert wanted == set(SERVICES) - {"worksights-zoom-migrate.service"} == set(PROCESSES)
    for service in wanted:
        unit = read_unit(service)
        assert unit.get("PartOf") == "worksights-zoom.target"
        assert (unit.get("Restart"), unit.get("StartLimitIntervalSec")) == ("always", "0")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_a_memory_limit_and_gains_no_privileges(service: str) -> None:
    unit = read_unit(service)
    assert unit.get("MemoryMax")
    assert unit.get("NoNewPrivileges") == "yes"
    assert unit.get("ProtectSystem") == "strict"
    assert unit.all("DynamicUser") == ["yes"] or unit.all("User") == ["worksights-zoom"]


def test_a_stop_waits_for_the_drain_and_for_open_requests() -> None:
    for service in ("worksights-zoom-receiver@.service", "worksights-zoom-page.service"):
        unit = read_unit(service)
        (drain, *_) = re.findall(r"--drain (\d+)", unit.get("ExecStart")) or ["0"]
        assert int(unit.get("TimeoutStopSec")) >= int(drain) + 2 * GRACE_SECONDS


@pytest.mark.parametrize("service", PROCESSES)
def test_a_service_gets_only_settings_that_it_reads(service: str) -> None:
    """It ignores the settings of the shared file that it does not read."""
    read = {name for process in PROCESSES[service] for name in SETTINGS_OF[process]}
    given = {
        name
        for file in read_unit(service).setting_files
        if file != SHARED
        for name in names_in(file)
    }
    assert given - read == set()


@pytest.mark.parametrize("file", sorted(SETTINGS.glob("*.env")), ids=lambda file: file.name)
def test_the_files_name_only_settings_that_exist(file: Path) -> None:
    assert names_in(file) - listed_settings() == set()


def test_only_the_migration_gets_the_address_of_the_owner() -> None:
    holders = {
        service
        for service in SERVICES
        if any("DATABASE_URL" in names_in(file) for file in read_unit(service).setting_files)
    }
    assert holders == {"worksights-zoom-migrate.service"}


def test_neither_the_receivers_nor_dagsters_daemon_and_web_server_get_a_key() -> None:
    holders = {
        service
        for service in PROCESSES
        if any("ENCRYPTION_KEY" in names_in(file) for file in read_unit(service).setting_files)
    }
    assert holders == {"worksights-zoom-page.service", "worksights-zoom-code-server.service"}


def test_commands_get_the_token_of_the_receivers_but_not_their_login(tmp_path: Path) -> None:
    """Without the token, `status` monitors URL validation although every secret is bound."""
    given = {
        "shared.env": "# A comment.\n\nMAIL_FROM=zoom@acme.example\n",
        "owner.env": "DATABASE_URL=postgresql://owner:a:#b@127.0.0.1/zoom",
        "receiver.env": "RECEIVER_DATABASE_URL=a\n#b\nZOOM_WEBHOOK_SECRET_TOKEN=one@acme",
    }
    for name, text in given.items():
        (tmp_path / name).write_text(text)
    setpriv = tmp_path / "setpriv"
    setpriv.write_text("#!/bin/sh\nexec env\n")
    setpriv.chmod(0o755)
    script = (UNITS / "worksights-zoom-admin").read_text()
    for place in ("/etc/worksights-zoom", "/var/lib/worksights-zoom"):
        assert place in script
        script = script.replace(place, str(tmp_path))
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(
        ["sh", "-c", script, "worksights-zoom-admin", "status"],
        env={"PATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    for of_shell in ("PWD", "OLDPWD", "SHLVL", "_"):
        found.pop(of_shell, None)
    assert found == {
        "PATH": path,
        "HOME": str(tmp_path),
        "WORKSIGHTS_ZOOM_HOME": str(tmp_path),
        "MAIL_FROM": "zoom@acme.example",
        "DATABASE_URL": "postgresql://owner:a:#b@127.0.0.1/zoom",
        "ZOOM_WEBHOOK_SECRET_TOKEN": "one@acme",
    }


def names_in(file: Path) -> set[str]:
    lines = file.read_text().splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
