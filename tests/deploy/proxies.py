"""The example configurations of proxies, run with only other names, ports and files."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import requests

from integration.settings import PROJECT
from tests.patience import PATIENCE, wait_until
from tests.servers.certificates import write_certificates

DEPLOY = PROJECT / "deploy"
PROGRAMS = {"nginx": "/usr/sbin/nginx", "caddy": "/usr/bin/caddy"}
NGINX = """
    {user}
    worker_processes 1;
    daemon off;
    pid {folder}/nginx.pid;
    error_log {folder}/error.log;
    events {{ worker_connections 256; }}
    http {{
        client_body_temp_path {folder}/bodies;
        proxy_temp_path {folder}/proxied;
        fastcgi_temp_path {folder}/fastcgi;
        uwsgi_temp_path {folder}/uwsgi;
        scgi_temp_path {folder}/scgi;
        include {folder}/site.conf;
    }}
"""
CADDY = """
{{
	admin off
	auto_https off
	storage file_system {folder}/caddy
"""


def is_installed(proxy: str) -> bool:
    return which(PROGRAMS[proxy]) is not None or which(proxy) is not None


@contextmanager
def proxy(name: str, folder: Path, ports: Mapping[str, int]) -> Iterator[str]:
    """Runs the proxy for `localhost`, with a certificate that authority.crt has signed; yields its
    address. `ports` has the port that replaces each one in the example.
    """
    write_certificates(folder)
    command = _nginx(folder, ports) if name == "nginx" else _caddy(folder, ports)
    with (folder / "output.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    address = f"https://localhost:{ports['443']}"
    try:
        wait_until(lambda: process.poll() is not None or is_healthy(address, folder))
        assert process.poll() is None, (folder / "output.log").read_text()
        yield address
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)


def is_healthy(address: str, folder: Path) -> bool:
    with requests.Session() as http:
        http.trust_env = False
        http.verify = str(folder / "authority.crt")
        try:
            return http.get(f"{address}/healthz", timeout=PATIENCE).status_code == 200
        except requests.RequestException:
            return False


def _nginx(folder: Path, ports: Mapping[str, int]) -> list[str]:
    text = _replaced((DEPLOY / "nginx" / "worksights-zoom.conf").read_text(), ports)
    for name, file in (("fullchain.pem", "server.crt"), ("privkey.pem", "server.key")):
        text = text.replace(f"/etc/letsencrypt/live/localhost/{name}", f"{folder}/{file}")
    text = text.replace("/var/log/nginx/", f"{folder}/").replace("listen [::]:", "# listen [::]:")
    (folder / "site.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""  # the owner of the test's folder
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
    return [
        which("nginx") or PROGRAMS["nginx"],
        "-c",
        str(folder / "nginx.conf"),
        "-p",
        str(folder),
    ]


def _caddy(folder: Path, ports: Mapping[str, int]) -> list[str]:
    text = _replaced((DEPLOY / "caddy" / "Caddyfile").read_text(), ports)
    text = text.replace("{\n", CADDY.format(folder=folder).lstrip(), 1)
    site = f"localhost:{ports['443']} {{\n\ttls {folder}/server.crt {folder}/server.key\n"
    text = text.replace("\nlocalhost {\n", f"\n{site}", 1)
    file = folder / "Caddyfile"
    file.write_text(text)
    program = which("caddy") or PROGRAMS["caddy"]
    return [program, "run", "--config", str(file), "--adapter", "caddyfile"]


def _replaced(text: str, ports: Mapping[str, int]) -> str:
    text = text.replace("dagster.example.com", "dagster").replace("zoom.example.com", "localhost")
    for port, other in ports.items():
        text = re.sub(rf"(127\.0\.0\.1:|listen ){port}\b", rf"\g<1>{other}", text)
    return text
