"""The whole product on each version of PostgreSQL, as managed servers provide it: over TCP with TLS
and a password, as an owner who is not a superuser, with unusual names and settings.
"""

import re
from dataclasses import replace

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from integration.database.postgres import connect
from simulator.company import build_company
from simulator.running import running as running_zoom
from simulator.world import make_world
from tests.commands.program import APP_SETTINGS, CLIENT, WEBHOOK_SECRET, Program, program_with
from tests.processes.processes import DAY, connected_program, free_port, serving
from tests.servers.postgres import DATABASE, VERSIONS, Server, is_fetched, running
from tests.web.page.site import Visitor

COMPANY = build_company(users=10)
# Defaults that a server, a database or a login may have.
ODD_SETTINGS = {
    "datestyle": "German, DMY",
    "intervalstyle": "sql_standard",
    "timezone": "Asia/Tokyo",
    "search_path": "nowhere",
    "default_transaction_isolation": "serializable",
    "bytea_output": "escape",
    "statement_timeout": "5ms",
    "idle_session_timeout": "3s",
    "idle_in_transaction_session_timeout": "3s",
}


def as_heroku_writes_it(server: Server, _patch: pytest.MonkeyPatch) -> str:
    return server.url(scheme="postgres") + "&options=-c%20work_mem%3D8MB"


def of_two_machines(server: Server, _patch: pytest.MonkeyPatch) -> str:
    """A connection string with an unreachable standby and parameters that have no variable."""
    places = {"host": "localhost,localhost", "port": f"1,{server.port}"}
    return make_conninfo(
        server.url(),
        **places,
        target_session_attrs="read-write",
        keepalives_count="7",
        application_name="work sights",
    )


def of_a_service(server: Server, patch: pytest.MonkeyPatch) -> str:
    file = server.folder / "pg_service.conf"
    parts = conninfo_to_dict(server.url())
    file.write_text("[managed]\n" + "".join(f"{name}={value}\n" for name, value in parts.items()))
    patch.setenv("PGSERVICEFILE", str(file))
    return "postgresql:///?service=managed"


SPELLINGS = {"16": as_heroku_writes_it, "17": of_two_machines, "18": of_a_service}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_product_works_on_a_managed_server(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_fetched(version):
        pytest.skip("make servers")
    world = make_world([COMPANY], client_id=CLIENT[0], client_secret=CLIENT[1])
    with running(version) as server, running_zoom(world) as zoom_url:
        url = SPELLINGS[version](server, monkeypatch)
        set_up(server, url)
        with connected_program(url, COMPANY, zoom_url=zoom_url) as program:
            deliver_a_day(program)
            run(program, "batch")
            look_at_the_page(program)
            if version == VERSIONS[-1]:  # half a minute each
                run(program, "rebuild")
                erase_a_person(program)
            assert ask(program, "select count(*) > 20 from timeline.activities") == [(True,)]


def set_up(server: Server, url: str) -> None:
    for name, value in ODD_SETTINGS.items():
        server.execute(
            SQL("alter database {} set {} = {}").format(
                Identifier(DATABASE), Identifier(name), Literal(value)
            )
        )
    with program_with(**APP_SETTINGS, DATABASE_URL=url) as program:
        run(program, "migrate")
    # Some replication tools create one automatically.
    server.execute(SQL("create publication everything for all tables"), database=DATABASE)


def deliver_a_day(program: Program) -> None:
    with serving(program) as (_process, port):
        run(
            program,
            *("simulate", "day", "--date", str(DAY), "--users", "10"),
            *("--webhook-url", f"http://127.0.0.1:{port}/webhooks/zoom"),
            *("--webhook-secret", WEBHOOK_SECRET),
        )


def look_at_the_page(program: Program) -> None:
    port = free_port()
    here = {**program.settings, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with serving(replace(program, settings=here), port=port):
        (owner,) = (one.email for one in COMPANY.colleagues if one.role == "executive")
        link = re.search(r"http\S+", run(program, "sign-in-link", "--user", owner, **here))[0]
        visitor = Visitor(here["PUBLIC_URL"])
        assert visitor.sign_in(link).status_code == 303
        for page in ("/services", "/services/zoom/users", "/clients", "/missing", "/timeline"):
            assert visitor.follow(page).status_code == 200, page


def erase_a_person(program: Program) -> None:
    ((email,),) = ask(
        program,
        "select address from clientsights_raw.email_addresses where kind = 'human' limit 1",
    )
    run(program, "erase", "--email", email, TOMBSTONE_KEY="tombstone-key-of-the-tests-0123456789")


def run(program: Program, *arguments: str, **settings: str) -> str:
    answer = program(*arguments, **settings)
    assert answer.code == 0, answer.text[-2000:]
    return answer.out


def ask(program: Program, query: str) -> list[tuple]:
    with connect(program.settings["DATABASE_URL"]) as connection:
        return connection.execute(query).fetchall()
