"""Dagster's pages behind a proxy that asks people to sign in, as the operator has allowed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.patience import PATIENCE, wait_until
from tests.processes.processes import answers, free_port, kill_group

PROXY = "dagster.acme.example"
TERMINATE = 'mutation { terminateRun(runId: "no-such-run") { __typename } }'


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Of a web server without any code, which knows no run."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "orchestration.webserver", "--empty-workspace"),
            *("-h", "127.0.0.1", "-p", str(port)),
        ],
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "DAGSTER_HOME": str(tmp_path),
            "WORKSIGHTS_ZOOM_HOME": str(tmp_path),
            "DAGSTER_HOSTS": f"another.example, {PROXY}",
            "DAGSTER_CHANGES": "allowed",
        },
        start_new_session=True,
    )
    try:
        wait_until(
            lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/server_info")
        )
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        kill_group(process)


def asked(address: str, **headers: str) -> requests.Response:
    with requests.Session() as http:
        http.trust_env = False
        return http.post(
            f"{address}/graphql", json={"query": TERMINATE}, headers=headers, timeout=PATIENCE
        )


def test_people_who_signed_in_at_the_proxy_may_change_things_and_other_sites_may_not(
    address: str,
) -> None:
    through_proxy = asked(address, Host=PROXY, Origin=f"https://{PROXY}")
    assert through_proxy.json()["data"]["terminateRun"]["__typename"] == "RunNotFoundError"
    assert asked(address, Host="evil.example").status_code == 403
    assert asked(address, Host=PROXY, Origin="https://evil.example").status_code == 403
