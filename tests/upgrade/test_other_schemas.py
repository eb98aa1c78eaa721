"""A database that another release has migrated is refused in one sentence, by every command and
process, before anything is read or written.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.commands.main import COMMANDS
from integration.database.schema_version import comment_of, known_schemas
from integration.database.unavailable import DatabaseUnsuitable
from tests.commands.program import APP_SETTINGS, Program, execute, program_with
from tests.databases import apply_migrations, new_database
from tests.orchestration.answers import installed
from tests.pipeline.installation import Installation, definitions

# The arguments with which each command would use the database.
OF_ORGANIZATION = ("--organization", "acme")
USERS_FILE = "FILE"
CALLS = {
    "up": (("--port", "0", "--dagster-port", "0"),),
    "serve": (("--port", "0"), *(("--port", "0", "--only", part) for part in ("receiver", "page"))),
    "migrate": ((),),
    "batch": ((),),
    "heal": ((),),
    "rebuild": ((), ("--check",)),
    "import-users": ((USERS_FILE, *OF_ORGANIZATION),),
    "erase": (("--email", "ann@acme.example", *OF_ORGANIZATION),),
    "export": (("--email", "ann@acme.example", *OF_ORGANIZATION),),
    "connect": (
        (*OF_ORGANIZATION, "--zoom-account", 22 * "a", "--owner", "ann@acme.example",
         "--server-to-server"),
    ),
    "sign-in-link": (("--user", "ann@acme.example"),),
    "sign-in-with": ((*OF_ORGANIZATION, "--off"),),
    "explain": (("--user", "ann@acme.example"),),
    "audit": (("--verify",), ("--export", "--since", "2026-03-01")),
    "status": ((), ("--json",)),
    "rotate-key": (("session",),),
    "dbt": (("build",), ("build", "--target", "live")),
    "dagster": (("code-server",), ("daemon",), ("webserver", "--port", "0")),
}  # fmt: skip
# These do not use the schema: the address, the server, the logins, and Zoom's place.
WITHOUT_SCHEMA = {"stop", "database-url", "create-logins", "simulate"}
USERS = "email,full_name,role,time_zone\nann@acme.example,Ann Ash,admin,UTC\n"
SETTINGS = {**APP_SETTINGS, "TOMBSTONE_KEY": 40 * "k", "SMTP_URL": "smtp://127.0.0.1:9"}
MIGRATING = ("migrate", "up")
NEWER = "was migrated by a newer release (schema 9999, this release knows "
OLDER = "has an older schema than this release needs. Run: worksights-zoom migrate"
NOT_SET_UP = "is not set up. Run: worksights-zoom migrate"


@pytest.fixture(scope="module")
def newer(server_url: str) -> Iterator[Program]:
    with new_database(server_url) as url:
        execute(url, comment_of("9999"))
        with program_with(**SETTINGS, DATABASE_URL=url) as program:
            yield program


@pytest.fixture(scope="module")
def older(server_url: str) -> Iterator[Program]:
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to=known_schemas()[-2])
        with program_with(**SETTINGS, DATABASE_URL=url) as program:
            yield program


def calls(*, but: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    return [(name, *each) for name, all_of in CALLS.items() if name not in but for each in all_of]


def refusal_of(program: Program, *call: str) -> str:
    file = program.home / "users.csv"
    file.write_text(USERS)
    answer = program(*(str(file) if each == USERS_FILE else each for each in call))
    assert answer.is_a_plain_refusal, answer.text[-1000:]
    said = [line for line in answer.text.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1
    return said[0]


def test_every_command_is_tried() -> None:
    assert set(CALLS) | WITHOUT_SCHEMA == set(COMMANDS)


@pytest.mark.parametrize("call", calls(), ids=" ".join)
def test_a_newer_schema_is_refused(newer: Program, call: tuple[str, ...]) -> None:
    assert NEWER in refusal_of(newer, *call)


@pytest.mark.parametrize("call", calls(but=MIGRATING), ids=" ".join)
def test_an_older_schema_is_refused_until_it_is_migrated(
    older: Program, call: tuple[str, ...]
) -> None:
    assert OLDER in refusal_of(older, *call)


def test_a_database_that_a_release_without_this_check_has_migrated_is_older(
    server_url: str,
) -> None:
    with new_database(server_url) as url:
        execute(url, "comment on table public.worksights_zoom_schema is null")
        with program_with(**SETTINGS, DATABASE_URL=url) as program:
            assert OLDER in refusal_of(program, "status")
            assert program("migrate").code == 0
            assert program("status").code in (0, 1)


def test_an_empty_database_is_not_set_up(server_url: str) -> None:
    with (
        new_database(server_url, template="template1") as url,
        program_with(**SETTINGS, DATABASE_URL=url) as program,
    ):
        assert NOT_SET_UP in refusal_of(program, "import-users", USERS_FILE, *OF_ORGANIZATION)


def test_jobs_and_sensors_of_dagster_refuse_too(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dagster as dg

    installation.execute(comment_of("9999"))
    monkeypatch.setenv("SMTP_URL", SETTINGS["SMTP_URL"])
    monkeypatch.setenv("MAIL_FROM", "zoom@acme.example")
    monkeypatch.setenv("PUBLIC_URL", APP_SETTINGS["PUBLIC_URL"])
    monkeypatch.setenv("SESSION_KEY", APP_SETTINGS["SESSION_KEY"])
    with dg.instance_for_test() as instance:
        # The others are evaluated for runs that have ended, and no run gets so far.
        sensors = [each for each in definitions().sensors if type(each) is dg.SensorDefinition]
        assert len(sensors) >= 4
        for sensor in sensors:
            context = dg.build_sensor_context(
                instance=instance, resources=installed(), definitions=definitions()
            )
            with pytest.raises(DatabaseUnsuitable, match="newer release"):
                sensor(context)
    for job in (installation.batch, installation.audit):
        with pytest.raises(dg.DagsterResourceFunctionError) as refused:
            job(now=datetime(2026, 3, 2, 9, tzinfo=UTC))
        assert NEWER in str(refused.value.__cause__)


def test_the_revisions_are_those_of_the_files() -> None:
    folder = Path(__file__).parents[2] / "integration/database/migrations/versions"
    found = sorted(line for file in folder.glob("*.py") for line in file.read_text().splitlines()
                   if line.startswith("revision = "))  # fmt: skip
    assert [f'revision = "{each}"' for each in known_schemas()] == found
