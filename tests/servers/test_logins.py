"""A login per process on a managed server: over TCP with TLS and passwords, as an owner who is not
a superuser.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
import requests
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from simulator.company import build_company
from simulator.running import running as running_zoom
from simulator.world import make_world
from tests.commands.program import APP_SETTINGS, CLIENT, WEBHOOK_SECRET, Program, program_with
from tests.patience import PATIENCE
from tests.processes.processes import DAY, connected_program, free_port, serving
from tests.servers.postgres import Server, is_fetched, running
from tests.web.page.site import Visitor

COMPANY = build_company(users=10)
WHO_IS_CONNECTED = """
    select distinct usename from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()
"""
NEEDED = {
    "receiver": {"ZOOM_WEBHOOK_SECRET_TOKEN"},
    "page": {"SESSION_KEY", "ENCRYPTION_KEY", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "PUBLIC_URL"},
    "pipeline": {"ENCRYPTION_KEY", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"},
}


@pytest.fixture(scope="module", params=["16", "18"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if not is_fetched(request.param):
        pytest.skip("make servers")
    with running(request.param) as server:
        server.execute(
            SQL("alter system set log_statement = 'all'"), SQL("select pg_reload_conf()")
        )
        yield server


@pytest.fixture(scope="module")
def installed(server: Server) -> Iterator[tuple[Program, dict[str, str]]]:
    """A connected installation, and the addresses that `create-logins` has printed."""
    with program_with(**APP_SETTINGS, DATABASE_URL=server.url()) as program:
        assert program("migrate").code == 0
    world = make_world([COMPANY], client_id=CLIENT[0], client_secret=CLIENT[1])
    with (
        running_zoom(world) as zoom_url,
        connected_program(server.url(), COMPANY, zoom_url=zoom_url) as program,
    ):
        made = program("create-logins")
        assert (made.code, made.err) == (0, ""), made.err[-1000:]
        yield program, addresses(made.out)


def addresses(text: str) -> dict[str, str]:
    named = dict(re.findall(r"^(\w+)_DATABASE_URL=(\S+)$", text, re.MULTILINE))
    analyst = re.search(r"^# For analysts and their tools: (\S+)$", text, re.MULTILINE)
    return {**named, "ANALYST": analyst[1]} if analyst else named


def only(process: str, program: Program, urls: dict[str, str]) -> Program:
    """The program with what this process needs, and nothing else."""
    zoom = {"ZOOM_OAUTH_URL", "ZOOM_API_URL"} if process != "receiver" else set()
    kept = {name: program.settings[name] for name in NEEDED[process] | zoom}
    own = {f"{process.upper()}_DATABASE_URL": urls[process.upper()]}
    return replace(program, settings={**kept, **own})


def test_every_process_works_with_its_own_login_and_only_its_own_settings(
    server: Server, installed: tuple[Program, dict[str, str]]
) -> None:
    program, urls = installed
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    page = only("page", program, urls)
    page = replace(page, settings={**page.settings, "PUBLIC_URL": site})
    receiver = only("receiver", program, urls)
    with (
        serving(receiver, only="receiver") as (_, receiver_port),
        serving(receiver, only="receiver") as (_, another_port),
        serving(page, port=port, only="page"),
    ):
        for each in (receiver_port, another_port):
            sent = program(
                *("simulate", "day", "--date", str(DAY), "--users", "10"),
                *("--webhook-url", f"http://127.0.0.1:{each}/webhooks/zoom"),
                *("--webhook-secret", WEBHOOK_SECRET),
            )
            assert sent.code == 0, sent.err
        batch = only("pipeline", program, urls)("batch")
        assert batch.code == 0, batch.text[-2000:]
        owner = next(one.email for one in COMPANY.colleagues if one.role == "executive")
        link = page("sign-in-link", "--user", owner)
        assert link.code == 0, link.err
        visitor = Visitor(site)
        assert visitor.sign_in(link.out.strip()).status_code == 303
        for path in ("/services", "/services/zoom/overview", "/timeline", "/missing", "/clients"):
            assert visitor.follow(path).status_code == 200, path
        with psycopg.connect(server.url(user="superuser")) as superuser:
            assert set(superuser.execute(WHO_IS_CONNECTED)) == {("receiver",), ("page",)}
        assert status_of(f"http://127.0.0.1:{receiver_port}/sign-in") == 404
        assert status_of(f"{site}/webhooks/zoom") == 404
    status = only("pipeline", program, urls)("status")
    assert "last batch:     1" in status.out, status.text
    with psycopg.connect(urls["ANALYST"]) as analyst:
        assert analyst.execute("select count(*) > 5 from timeline.activities").fetchone() == (True,)


def status_of(address: str) -> int:
    with requests.Session() as http:
        http.trust_env = False
        return http.get(address, timeout=PATIENCE, allow_redirects=False).status_code


def test_no_password_is_in_the_servers_log(
    server: Server, installed: tuple[Program, dict[str, str]]
) -> None:
    _, urls = installed
    passwords = [conninfo_to_dict(url)["password"] for url in urls.values()]
    log = (server.folder / "log").read_text(errors="replace")
    assert len(set(passwords)) == 4
    assert "alter role" in log
    assert [password for password in passwords if password in log] == []


def test_creating_the_logins_again_changes_only_what_is_asked_for(
    installed: tuple[Program, dict[str, str]],
) -> None:
    program, urls = installed
    again = program("create-logins")
    assert (again.code, addresses(again.out)) == (0, {})
    assert again.out.count("keeps its password") == 4
    for url in urls.values():
        psycopg.connect(url).close()
    new = program("create-logins", "--new-password", "analyst")
    assert addresses(new.out).keys() == {"ANALYST"}
    for name, url in {**urls, **addresses(new.out)}.items():
        assert conninfo_to_dict(url)["user"] == name.lower()
        psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(urls["ANALYST"])
    urls.update(addresses(new.out))


def test_a_command_of_the_owner_names_the_address_that_it_needs(
    installed: tuple[Program, dict[str, str]],
) -> None:
    program, urls = installed
    receiver = only("receiver", program, urls)
    for command, missing in (
        (("migrate",), "DATABASE_URL is not set"),
        (("create-logins",), "DATABASE_URL is not set"),
        (("status",), "Neither PIPELINE_DATABASE_URL nor DATABASE_URL is set"),
    ):
        answer = receiver(*command)
        assert answer.is_a_plain_refusal, answer.text[-1000:]
        assert missing in answer.err
