"""The systemd units of deploy/systemd as systemd reads them, and their commands as processes."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from integration.settings import PROJECT
from tests.commands.program import NOTHING_SET, WORKSIGHTS_ZOOM

UNITS = PROJECT / "deploy" / "systemd"
SETTINGS = UNITS / "settings"
INSTALLED = "/opt/worksights-zoom/current/.venv/bin/worksights-zoom"
FOR_ALL = UNITS / "worksights-zoom-.service.d" / "all.conf"
SERVICES = sorted(file.name for file in UNITS.glob("*.service"))
# What systemd gives a system service: little more than this.
OF_SYSTEMD = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Unit:
    """A unit's assignments, with those that all services share; a name may have several."""

    name: str
    lines: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.lines if each == name]

    def get(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    @property
    def setting_files(self) -> list[Path]:
        """The examples of the files with its settings."""
        return [SETTINGS / Path(path).name for path in self.all("EnvironmentFile")]


def read_unit(name: str) -> Unit:
    """The service with this file name."""
    texts = [FOR_ALL.read_text(), (UNITS / name).read_text()]
    lines = [line.partition("=") for text in texts for line in text.splitlines()]
    return Unit(
        name,
        tuple((key, value) for key, sign, value in lines if sign and not key.startswith("#")),
    )


@dataclass(frozen=True)
class Machine:
    """The folders of a machine on which the product is installed, in a folder of a test."""

    folder: Path
    settings: dict[str, str]

    def write_settings(self) -> None:
        """Fills in the examples of the files with settings."""
        place = self.folder / "etc"
        place.mkdir()
        for example in SETTINGS.glob("*.env"):
            names = [line.partition("=")[0] for line in example.read_text().splitlines()]
            filled = [f"{name}={self.settings.get(name, '')}" for name in names if name.isupper()]
            (place / example.name).write_text("\n".join(filled) + "\n")

    @property
    def home(self) -> Path:
        return self.folder / "lib" / "worksights-zoom"

    def environment(self, unit: Unit, *, instance: str = "") -> dict[str, str]:
        """Only what the unit and its files set, and nothing of the test's own environment."""
        assigned = [self._expanded(value, instance) for value in unit.all("Environment")]
        for file in unit.all("EnvironmentFile"):
            lines = (self.folder / "etc" / Path(file).name).read_text().splitlines()
            assigned += [line for line in lines if line and not line.startswith("#")]
        pairs = [each.partition("=") for each in assigned]
        return {**NOTHING_SET, **OF_SYSTEMD, **{name: value for name, _, value in pairs}}

    def command(self, unit: Unit, *, instance: str = "") -> list[str]:
        program, *arguments = shlex.split(self._expanded(unit.get("ExecStart"), instance))
        assert program == INSTALLED
        return [WORKSIGHTS_ZOOM, *arguments]

    @contextmanager
    def running(
        self, unit: Unit, *, instance: str = "", port: tuple[str, int] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The unit's command as a process, on another port than the unit's. SIGINT is ignored, as
        it is for background jobs of shells: a service must end at SIGTERM all the same.
        """
        command = self.command(unit, instance=instance)
        if port:
            command[command.index(port[0])] = str(port[1])
        for folder in (self.home, self.folder / "run" / f"worksights-zoom-receiver-{instance}"):
            folder.mkdir(parents=True, exist_ok=True)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        with (self.folder / f"{unit.name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self.environment(unit, instance=instance),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        signal.signal(signal.SIGINT, before)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _expanded(self, text: str, instance: str) -> str:
        specifiers = {"%S": str(self.folder / "lib"), "%t": str(self.folder / "run")}
        for specifier, value in {**specifiers, "%i": instance}.items():
            text = text.replace(specifier, value)
        return text
