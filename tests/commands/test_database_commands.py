"""`migrate`, `database-url`, `stop`: the database, embedded or not."""

import psutil
import psycopg
import pytest

from integration.database.migrate import MIGRATIONS
from integration.database.postgres import connect
from tests.commands.program import Program, execute, program_with, rows
from tests.patience import PATIENCE

ALL = sorted(file.stem for file in (MIGRATIONS / "versions").glob("*.py"))
NEWEST = [(ALL[-1].partition("_")[0],)]
COLUMNS = """
    select table_schema, table_name, column_name, data_type, is_nullable, column_default
    from information_schema.columns
    where table_schema not in ('information_schema', 'pg_catalog')
    order by table_schema, table_name, column_name
"""
CHANGED_FUNCTION = """
    create or replace function clientsights.grade_of(strength numeric) returns text
    language sql immutable parallel safe return 'other'
"""
OTHER_TOOLS_TABLES = """
    create table _yoyo_log (
        id varchar(36) not null primary key, migration_hash varchar(64), migration_id varchar(255),
        operation varchar(10), username varchar(255), hostname varchar(255), comment varchar(255),
        created_at_utc timestamp
    );
    create table _yoyo_migration (
        migration_hash varchar(64) not null primary key, migration_id varchar(255),
        applied_at_utc timestamp
    );
    create table _yoyo_version (version int not null primary key, installed_at_utc timestamp);
    create table yoyo_lock (
        locked int default 1 primary key, ctime timestamp, pid int not null
    );
"""


def schema_of(url: str) -> list[tuple[str]]:
    return rows(url, "select version_num from worksights_zoom_schema")


def apply_files(url: str, count: int) -> None:
    """The first plain SQL files, as the tool before alembic applied and recorded them."""
    with psycopg.connect(url) as connection:
        connection.execute(OTHER_TOOLS_TABLES)
        for file in sorted((MIGRATIONS / "before").glob("*.sql"))[:count]:
            connection.execute(file.read_text())
            connection.execute(
                "insert into _yoyo_migration values (%s, %s, now())", [file.name, file.stem]
            )


def test_migrate_creates_the_schema_and_is_safe_to_repeat(empty_database_url: str) -> None:
    with program_with(DATABASE_URL=empty_database_url) as program:
        first, second = program("migrate"), program("migrate")
    assert (first.code, first.out.splitlines()) == (
        0,
        [
            *(f"Applied {name}" for name in ALL),
            f"The database is up to date ({len(ALL)} migrations applied).",
        ],
    )
    assert (second.code, second.out) == (0, "The database is up to date (0 migrations applied).\n")
    assert schema_of(empty_database_url) == NEWEST


def test_two_migrations_at_once_both_succeed(empty_database_url: str) -> None:
    with program_with(DATABASE_URL=empty_database_url) as program:
        both = [program.start("migrate"), program.start("migrate")]
        outputs = [process.communicate(timeout=PATIENCE)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("Applied" in line.split() for text in outputs for line in text.splitlines()) == (
        [False] * 2 + [True] * len(ALL)
    )
    assert schema_of(empty_database_url) == NEWEST


def test_migrate_creates_what_pages_read_before_the_first_batch(program: Program) -> None:
    url = program.settings["DATABASE_URL"]
    page_reads = "select count(*) from facts.switches_off, facts.exclusions"
    strength = "select clientsights.strength_at(60, '2020-01-01Z'), clientsights.half_life_days()"
    with connect(url, role="page") as connection:
        assert connection.execute(page_reads).fetchone() == (0,)
    assert [(float(percent), days) for percent, days in rows(url, strength)] == [(22.1, 90)]


def test_migrate_creates_a_missing_fact_and_a_changed_function_again(program: Program) -> None:
    url = program.settings["DATABASE_URL"]
    execute(url, "drop view facts.manual_mappings cascade")  # and current_settings, which reads it
    execute(url, CHANGED_FUNCTION)
    execute(url, "update pipeline.built_views set fingerprint = 'of other code'")
    assert program("migrate").code == 0
    assert rows(url, "select count(*) from facts.current_settings") == [(0,)]
    assert rows(url, "select clientsights.grade_of(100)") == [("strong",)]


@pytest.mark.parametrize("count", [1, 9, 28])
def test_a_database_of_an_earlier_version_is_migrated(
    count: int, empty_database_url: str, program: Program
) -> None:
    apply_files(empty_database_url, count)
    with program_with(DATABASE_URL=empty_database_url) as earlier:
        answer = earlier("migrate")
    assert answer.code == 0, answer.err[-500:]
    assert schema_of(empty_database_url) == NEWEST
    columns = rows(empty_database_url, COLUMNS)
    assert len(columns) > 200
    assert columns == rows(program.settings["DATABASE_URL"], COLUMNS)


def test_a_migration_that_fails_says_why_and_leaves_nothing_behind(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("create schema ingress")
    with program_with(DATABASE_URL=empty_database_url) as program:
        refused = program("migrate")
        assert refused.is_a_plain_refusal, refused.err[-500:]
        assert 'could not be migrated (schema "ingress" already exists)' in refused.err
        with psycopg.connect(empty_database_url) as connection:
            connection.execute("drop schema ingress")
        answer = program("migrate")
    assert (answer.code, schema_of(empty_database_url)) == (0, NEWEST), answer.err[-500:]


def test_database_url_prints_the_configured_one(program: Program) -> None:
    answer = program("database-url")
    assert (answer.code, answer.out) == (0, program.settings["DATABASE_URL"] + "\n")


def test_two_commands_can_start_the_embedded_database_at_once(embedded_program: Program) -> None:
    both = [embedded_program.start("database-url") for _ in range(2)]
    outputs = [process.communicate(timeout=PATIENCE)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    first, second = (text.splitlines()[-1] for text in outputs)
    assert first == second
    assert rows(first, "select 1") == [(1,)]


def test_the_embedded_database_outlives_the_command_and_keeps_what_was_written(
    embedded_program: Program,
) -> None:
    url = embedded_program("database-url").out.splitlines()[-1]
    with psycopg.connect(url) as connection:
        connection.execute("create table kept (value text)")
        connection.execute("insert into kept values ('still here')")
    stopped = embedded_program("stop")
    assert (stopped.code, stopped.out) == (0, "The embedded PostgreSQL server has stopped.\n")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    again = embedded_program("database-url").out.splitlines()[-1]
    assert rows(again, "select value from kept") == [("still here",)]


def test_stop_says_when_nothing_runs(embedded_program: Program) -> None:
    answer = embedded_program("stop")
    assert (answer.code, answer.out) == (0, "The embedded PostgreSQL server is not running.\n")


def kill_the_server(program: Program) -> None:
    """Like a power cut or a lack of memory: the file with the process id stays behind."""
    program("database-url")
    file = program.home / "postgres" / "postmaster.pid"
    server = psutil.Process(int(file.read_text().splitlines()[0]))
    server.kill()
    server.wait(timeout=PATIENCE)  # a container's first process may be slow to reap it
    assert file.exists()


def test_stop_after_the_server_was_killed_says_that_nothing_runs(
    embedded_program: Program,
) -> None:
    kill_the_server(embedded_program)
    answer = embedded_program("stop")
    assert (answer.code, answer.out) == (0, "The embedded PostgreSQL server is not running.\n"), (
        answer.err
    )


def test_a_command_starts_the_server_again_after_it_was_killed(embedded_program: Program) -> None:
    kill_the_server(embedded_program)
    answer = embedded_program("database-url")
    assert answer.code == 0, answer.err[-500:]
    assert rows(answer.out.splitlines()[-1], "select 1") == [(1,)]


def test_stop_refuses_a_database_that_is_not_embedded(program: Program) -> None:
    answer = program("stop")
    assert answer.is_a_plain_refusal
    sentence = "The settings name a database server, so there is no embedded server to stop."
    assert sentence in answer.err
    assert rows(program.settings["DATABASE_URL"], "select 1") == [(1,)]


@pytest.mark.parametrize("command", ["migrate", "batch", "rebuild", "status", "import-users", "up"])
def test_an_unreachable_database_is_reported_in_a_sentence(
    command: str, program: Program, dead_database_url: str
) -> None:
    file = program.home / "users.csv"
    file.write_text("email,full_name,role,time_zone\na@acme.example,A,member,UTC\n")
    more = {"import-users": (str(file), "--organization", "acme")}.get(command, ())
    answer = program(command, *more, DATABASE_URL=dead_database_url)
    assert answer.is_a_plain_refusal, answer.err[-500:]
    host = dead_database_url.split("@")[1].split("/")[0]
    assert f"Cannot connect to the database at {host} (" in answer.err
    assert "Start it, or correct DATABASE_URL." in answer.err


def test_a_sentence_about_the_database_contains_no_line_from_libpq(
    program: Program, dead_database_url: str
) -> None:
    answer = program("migrate", DATABASE_URL=dead_database_url)
    assert "\t" not in answer.err
    assert "refused" in answer.err


def test_a_command_on_a_database_that_is_not_migrated_says_so(empty_database_url: str) -> None:
    with program_with(DATABASE_URL=empty_database_url) as program:
        answer = program("status")
    assert answer.is_a_plain_refusal, answer.err[-500:]
    assert "migrate" in answer.err


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://me:secretpw@127.0.0.1:1/x",
        "'postgresql://me:secretpw@h/d",
        "postgresql://me:secretpw@[::1/d",
    ],
)
def test_an_invalid_address_is_refused_and_not_printed(url: str, program: Program) -> None:
    for command in ("migrate", "status", "batch", "up"):
        answer = program(command, DATABASE_URL=url)
        assert answer.is_a_plain_refusal, (command, answer.text[-500:])
        assert "DATABASE_URL is not a valid PostgreSQL address." in answer.err
        assert "secretpw" not in answer.text


@pytest.mark.parametrize(
    ("command", "setting"),
    [
        (("migrate",), "DATABASE_URL"),
        (("status",), "PIPELINE_DATABASE_URL"),
        (("sign-in-link", "--user", "o@acme.example"), "PAGE_DATABASE_URL"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_an_error_names_the_setting_that_the_address_came_from(
    command: tuple[str, ...], setting: str, program: Program, dead_database_url: str
) -> None:
    """Errors used to name DATABASE_URL to operators of processes with an address of their own."""
    for url, sentence in (
        ("nonsense", f"Error: {setting} is not a valid PostgreSQL address."),
        ("service=unknown", f"Error: {setting} names a service that cannot be read ("),
        (dead_database_url, f" Start it, or correct {setting}."),
    ):
        answer = program(*command, **{setting: url})
        assert answer.is_a_plain_refusal, (url, answer.text[-500:])
        assert sentence in answer.err
