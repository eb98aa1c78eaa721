"""A running Prometheus with the rules of deploy/prometheus, their times shortened to seconds."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from integration.settings import PROJECT
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import free_port

DEPLOY = PROJECT / "deploy" / "prometheus"
RULES_FILE = DEPLOY / "alerts.yml"
RULES = yaml.safe_load(RULES_FILE.read_text())["groups"][0]["rules"]
NAMES = [rule["alert"] for rule in RULES]
EVERY, SCRAPED_EVERY = "500ms", "3s"  # a busy page needs a second to answer
FOR, RANGE = "1s", "20s"


@dataclass(frozen=True)
class Prometheus:
    base: str
    folder: Path

    def scrapes(self, targets: Mapping[str, str]) -> None:
        """Job -> address: from now on, it scrapes only these."""
        (self.folder / "prometheus.yml").write_text(configuration(self.folder, targets))
        requests.post(f"{self.base}/-/reload", timeout=PATIENCE).raise_for_status()

    def firing(self) -> set[str]:
        found = self._get("alerts")["alerts"]
        return {one["labels"]["alertname"] for one in found if one["state"] == "firing"}

    def ask(self, query: str) -> list[Any]:
        """The result; an error if Prometheus does not accept the query."""
        result: list[Any] = self._get("query", query=query)["result"]
        return result

    def _get(self, path: str, **parameters: str) -> Any:
        answer = requests.get(f"{self.base}/api/v1/{path}", params=parameters, timeout=PATIENCE)
        content = answer.json()
        assert content["status"] == "success", content
        return content["data"]


def configuration(folder: Path, targets: Mapping[str, str]) -> str:
    jobs = {
        one["job_name"]
        for one in yaml.safe_load((DEPLOY / "scrape.yml").read_text())["scrape_configs"]
    }
    assert set(targets) <= jobs
    return yaml.safe_dump(
        {
            "global": {"scrape_interval": SCRAPED_EVERY, "evaluation_interval": EVERY},
            "rule_files": [str(folder / "alerts.yml")],
            "scrape_configs": [
                {
                    "job_name": job,
                    "scrape_timeout": SCRAPED_EVERY,
                    "static_configs": [{"targets": [address.removeprefix("http://")]}],
                }
                for job, address in targets.items()
            ],
        }
    )


def rules_in_seconds() -> str:
    text = RULES_FILE.read_text()
    text = re.sub(r"(?m)^(\s+for:) \d+[mh]$", rf"\1 {FOR}", text)
    return re.sub(r"\[\d+m\]", f"[{RANGE}]", text)


@contextmanager
def running_prometheus(folder: Path) -> Iterator[Prometheus]:
    """It scrapes nothing yet."""
    folder.mkdir()
    (folder / "alerts.yml").write_text(rules_in_seconds())
    (folder / "prometheus.yml").write_text(configuration(folder, {}))
    base = f"http://127.0.0.1:{free_port()}"
    with (folder / "output.log").open("ab") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={base.removeprefix('http://')}",
                "--web.enable-lifecycle",
                # Otherwise, a job that is no longer scraped keeps its series for five minutes.
                "--query.lookback-delta=15s",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or is_ready(base))
        assert process.poll() is None, (folder / "output.log").read_text()
        yield Prometheus(base, folder)
    finally:
        process.kill()
        process.wait()


def is_ready(base: str) -> bool:
    try:
        return requests.get(f"{base}/-/ready", timeout=PATIENCE).status_code == 200
    except requests.ConnectionError:
        return False
