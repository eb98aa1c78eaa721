"""The container image, built by its script, and the services of the compose file in containers."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

from integration.settings import PROJECT

TOOLS = ("mmdebstrap", "buildah", "podman")
IMAGE = "localhost/worksights-zoom:of-the-tests"
# A sandbox cannot allow more than it is allowed itself.
LIMITS = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")


@dataclass
class Podman:
    """Podman with images and containers in a folder of a test, on the host's network."""

    folder: Path
    names: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        file = self.folder / "storage.conf"
        places = f'graphroot = "{self.folder}/images"\nrunroot = "{self.folder}/run"\n'
        file.write_text(f'[storage]\ndriver = "overlay"\n{places}')
        return {**os.environ, "CONTAINERS_STORAGE_CONF": str(file)}

    def build(self) -> subprocess.CompletedProcess[str]:
        command = [PROJECT / "deploy" / "container" / "build", IMAGE.rpartition(":")[2]]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # crun requires cgroup v2.
        runtime = ("--runtime", "runc") if which("runc") else ()
        return subprocess.run(
            ["podman", "--cgroup-manager", "cgroupfs", *runtime, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(
        self, name: str, service: Mapping[str, Any], command: list[str], settings: dict[str, str]
    ) -> None:
        """Starts the command with the limits of this service of the compose file."""
        options = [f"--cap-drop={one}" for one in service["cap_drop"]]
        options += [f"--security-opt={one.partition(':')[0]}" for one in service["security_opt"]]
        options += [f"--read-only={str(service['read_only']).lower()}"]
        options += [f"--tmpfs={one}" for one in service["tmpfs"]]
        options += [f"--volume={one}" for one in service.get("volumes", [])]
        options += [f"--env={setting}={value}" for setting, value in settings.items()]
        done = self(
            *("run", "--detach", "--name", name, "--network", "host", *LIMITS), *options,
            *(f"--volume={self.folder}/tls:/tls:ro", IMAGE), *command,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.names.append(name)

    def logs(self, name: str) -> str:
        done = self("logs", name)
        return done.stdout + done.stderr

    def exit_code(self, name: str) -> int:
        return int(self("wait", name).stdout)

    def remove_all(self) -> None:
        self("rm", "--force", "--time", "0", *self.names)
        self("volume", "prune", "--force")
        self("rmi", "--force", IMAGE)
