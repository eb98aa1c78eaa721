"""Two installations on one server: the second one's roles have a prefix."""

import pytest
from psycopg.sql import SQL, Identifier

from integration.database.address import role_name, with_role_prefix
from integration.database.postgres import connect
from integration.database.role_names import ROLES, with_role_names
from integration.settings import SettingsError, read_settings
from tests.commands.program import program_with
from tests.databases import new_database

PREFIX = "acme_"
# Every right on everything in our schemas, with the role that has it.
RIGHTS = """
    with ours as (
        select oid, nspname, nspowner, nspacl from pg_namespace
        where nspname !~ '^pg_' and nspname <> 'information_schema'
    ),
    objects as (
        select 'schema ' || nspname as object, nspowner as owner, nspacl as acl from ours
        union all
        select 'table ' || pg_class.oid::regclass, relowner, relacl
        from pg_class
        inner join ours on ours.oid = relnamespace
        union all
        select 'column ' || attrelid::regclass || '.' || attname, null, attacl
        from pg_attribute
        inner join pg_class on pg_class.oid = attrelid
        inner join ours on ours.oid = relnamespace
        where attacl is not null
        union all
        select 'routine ' || pg_proc.oid::regprocedure, proowner, proacl
        from pg_proc
        inner join ours on ours.oid = pronamespace
        union all
        select 'default in ' || nspname || ' ' || defaclobjtype::text, defaclrole, defaclacl
        from pg_default_acl
        inner join ours on ours.oid = defaclnamespace
        union all
        select 'database', datdba, datacl from pg_database where datname = current_database()
    )
    select object, 'OWNER', pg_get_userbyid(owner)::text from objects where owner is not null
    union all
    select object, privilege_type, coalesce(rolname, 'public')::text
    from objects
    cross join aclexplode(acl)
    left join pg_roles on pg_roles.oid = grantee
    order by 1, 2, 3
"""


def test_a_second_installation_has_the_same_rights_with_roles_of_its_own(
    server_url: str, database_url: str
) -> None:
    with (
        new_database(server_url, template="template1") as url,
        program_with(DATABASE_URL=url, DATABASE_ROLE_PREFIX=PREFIX) as program,
    ):
        answer = program("migrate")
        assert answer.code == 0, answer.err[-1000:]
        assert program("status").code in (0, 1)
        with connect(url) as connection:
            # From `new_database`, which prepares it for the roles without a prefix.
            database = Identifier(connection.info.dbname)
            connection.execute(SQL("revoke all on database {} from pipeline").format(database))
            found = connection.execute(RIGHTS).fetchall()
        with connect(database_url) as connection:
            expected = connection.execute(RIGHTS).fetchall()
        for role in ROLES:
            with connect(with_role_prefix(url, PREFIX), role=role) as connection:
                user = connection.execute("select current_user::text").fetchone()
            assert user == (PREFIX + role,)
    with connect(server_url, at_any_schema=True) as owner:
        owner.execute("drop role acme_receiver, acme_pipeline, acme_page, acme_analyst")
    assert len(expected) > 500
    assert {role for _, _, role in found} & set(ROLES) == set()
    named = {(what, right, role.removeprefix(PREFIX)) for what, right, role in found}
    assert named ^ set(expected) == set()


def test_a_prefix_that_is_not_the_databases_is_refused(database_url: str) -> None:
    with program_with(DATABASE_URL=database_url, DATABASE_ROLE_PREFIX="other_") as program:
        answer = program("migrate")
    assert answer.is_a_plain_refusal, answer.text[-1000:]
    assert "alter role pipeline rename to other_pipeline" in answer.err


@pytest.mark.parametrize("prefix", ["Acme_", "1_", "a-b", "x" * 41, "'; drop"])
def test_a_prefix_that_no_role_should_have_is_refused(prefix: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_ROLE_PREFIX cannot be "):
        _ = read_settings({"DATABASE_ROLE_PREFIX": prefix}).role_prefix


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("grant select on pipeline.batches to page, analyst;",
         "grant select on pipeline.batches to x_page, x_analyst;"),
        ("grant usage on schema pipeline to pipeline;",
         "grant usage on schema pipeline to x_pipeline;"),
        ("select count(*) from pipeline.batches", "select count(*) from pipeline.batches"),
        ("revoke all on page.x from\n    receiver", "revoke all on page.x from\n    x_receiver"),
        ("alter schema dagster owner to pipeline", "alter schema dagster owner to x_pipeline"),
        ("grant insert on integration.page_sessions to page",
         "grant insert on integration.page_sessions to x_page"),
        ("alter default privileges for role pipeline in schema timeline grant select on tables "
         "to page", "alter default privileges for role x_pipeline in schema timeline grant select "
         "on tables to x_page"),
        ("create schema staging authorization pipeline",
         "create schema staging authorization x_pipeline"),
        ("array['receiver', 'page']", "array['x_receiver', 'x_page']"),
        ("array['pipeline', 'zoom_raw']", "array['pipeline', 'zoom_raw']"),
    ],
)  # fmt: skip
def test_only_roles_get_the_prefix(statement: str, expected: str) -> None:
    assert with_role_names(statement, "x_") == expected
    assert with_role_names(statement, "") == statement


def test_the_address_carries_the_prefix() -> None:
    for url in (
        "postgresql://owner:p%40ss@db.example:5432/zoom?sslmode=require",
        "postgresql://owner@db.example/zoom",
        "postgresql://owner@db.example/zoom?options=-c%20work_mem%3D8MB",
        "host=db.example dbname=zoom user='the owner'",
    ):
        named = with_role_prefix(url, PREFIX)
        assert role_name(named, "page") == "acme_page"
        assert with_role_prefix(named, PREFIX) == named
        assert role_name(url, "page") == "page"
