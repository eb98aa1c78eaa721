"""`erase --organization`: the end of a customer. Nothing of them is left in any table, nothing of
the other customer is touched, and what Zoom still sends is of an unknown account.
"""

import re
from collections.abc import Iterator

import psycopg
import pytest

from integration.connections.tokens import save_grant
from integration.database.postgres import transaction
from integration.settings import read_settings
from integration.zoom.oauth import Grant
from tests.commands.program import APP_SETTINGS, Program, program_with, rows
from tests.commands.tables import tables_with
from tests.faults.story import BAD, FIRST_BATCH, GOOD, meeting, people_of
from tests.pipeline.installation import TOMBSTONE_KEY, Installation

KEEPS = {"integration.erasures", "integration.audit_trail"}
OF_ORGANIZATIONS = """
    select quote_ident(nspname) || '.' || quote_ident(relname) from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where attname = 'organization_id' and relkind in ('r', 'p') and not relispartition
    order by 1
"""


@pytest.fixture
def program(morning: Installation) -> Iterator[Program]:
    """A morning of two customers, with tokens, sessions, sign-ins and settings of both."""
    settings = {**APP_SETTINGS, "TOMBSTONE_KEY": TOMBSTONE_KEY, "DATABASE_URL": morning.url}
    zoom = {name: read_settings().require(name) for name in ("ZOOM_OAUTH_URL", "ZOOM_API_URL")}
    app = {name: read_settings().require(name) for name in ("ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET")}
    with transaction(morning.url) as connection:
        for connection_id, organization in connection.execute(
            "select connection_id, organization_id from integration.connections"
        ).fetchall():
            save_grant(
                connection,
                connection_id=connection_id,
                organization_id=organization,
                grant_type="authorization_code",
                grant=Grant("access", f"refresh-{organization}", FIRST_BATCH, None, ""),
                keys=[APP_SETTINGS["ENCRYPTION_KEY"]],
            )
        connection.execute(
            """
            insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
            select organization_id, user_id, 'mapping_saved', user_id, '{"a": 1}'
            from worksights.users;
            insert into integration.access_log (organization_id, actor, act, about_user_id)
            select organization_id, user_id, 'timeline', user_id from worksights.users;
            insert into integration.own_domains (organization_id, domain)
            select organization_id, 'own.example' from worksights.organizations;
            """
        )
    with program_with(**{**settings, **zoom, **app}) as found:
        yield found


def contents(url: str, organization: str) -> dict[str, int]:
    """Table -> its rows of the organization."""
    count = "select count(*) from {} where organization_id = %s"
    with psycopg.connect(url) as connection:  # one for all: each takes longer than a count
        return {
            table: connection.execute(count.format(table), [organization]).fetchone()[0]
            for (table,) in connection.execute(OF_ORGANIZATIONS).fetchall()
        }


def test_nothing_of_the_organization_is_left_in_any_table(
    program: Program, morning: Installation
) -> None:
    url = morning.url
    others, before = contents(url, GOOD), contents(url, BAD)
    account = rows(
        url, "select zoom_account_id from integration.connections where organization_id = %s", BAD
    )[0][0]
    assert {table for table, count in before.items() if count} > {
        "worksights.users", "zoom_raw.events", "timeline.activities", "pipeline.settings",
        "integration.tokens", "integration.access_log", "ingress.deliveries",
    }  # fmt: skip
    erased = program("erase", "--organization", BAD, "--yes")
    assert (erased.code, erased.err) == (0, ""), erased.text[-2000:]
    assert "Erased: the organization, with all its Zoom accounts and people" in erased.out
    assert re.search(r"^  Searched: \d{2,} tables\n  Left: 0 rows$", erased.out, re.MULTILINE)
    left = {table for table, count in contents(url, BAD).items() if count}
    assert left == KEEPS
    assert contents(url, GOOD) == others
    assert set(tables_with(url, account)) == set()
    assert rows(
        url,
        "select distinct user_id, subject, details::text from integration.audit_trail "
        "where organization_id = %s and kind <> 'organization_erased'",
        BAD,
    ) == [("erased", "erased", "{}")]
    assert program("audit", "--verify").code == 0

    morning.deliver(*meeting(BAD, 9).whole(people_of(BAD)), at=FIRST_BATCH)
    batch = program("batch")
    assert batch.code == 0, batch.text[-1500:]
    assert rows(
        url,
        "select distinct disposition from ingress.deliveries where zoom_account_id = %s",
        account,
    ) == [("unknown_account",)]
    assert {table for table, count in contents(url, BAD).items() if count} == KEEPS
    check = program("rebuild", "--check")
    assert check.code == 0
    assert " only in the rebuilt one" not in check.out

    again = program("erase", "--organization", BAD, "--yes")
    assert "does not exist. Nothing was erased." in again.err


def test_an_organization_is_erased_only_after_its_id_is_typed(program: Program) -> None:
    """A forgotten --email must not end a customer. Without a terminal, nothing is typed."""
    url = program.settings["DATABASE_URL"]
    before = contents(url, BAD)
    refused = program("erase", "--organization", BAD)
    assert refused.code != 0
    assert "This erases all data of " in refused.out
    assert contents(url, BAD) == before
    unknown = program("erase", "--organization", "nobody", "--yes")
    assert unknown.is_a_plain_refusal
    assert "Organization 'nobody' does not exist. Nothing was erased." in unknown.err


def test_a_grant_that_zoom_does_not_revoke_is_reported(program: Program) -> None:
    erased = program("erase", "--organization", BAD, "--yes", ZOOM_OAUTH_URL="http://127.0.0.1:9")
    assert erased.code == 0, erased.text[-1500:]
    assert "Revoked at Zoom: 0 grants." in erased.out
    assert "Zoom did not confirm that 1 grant was revoked." in erased.out
    tokens = rows(
        program.settings["DATABASE_URL"], "select organization_id from integration.tokens"
    )
    assert tokens == [(GOOD,)]
