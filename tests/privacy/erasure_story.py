"""Two people in every table with personal data: an outsider who meets a firm in many ways, and a
former colleague. Both are erased, appear in later data, and are searched for in a dump of
everything.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg.sql import SQL, Identifier

from integration.connections.tokens import save_grant
from integration.database.postgres import connect
from integration.identity.versions import RULE_VERSION
from integration.zoom.oauth import Grant
from simulator.grants import Consent
from simulator.world import World
from tests.databases import page_of
from tests.pipeline.installation import ACCOUNTS, ENCRYPTION_KEY, Installation
from tests.pipeline.tables import contents, take_snapshot
from tests.privacy.erased_people import (
    ACCOUNT,
    ANN,
    ARRIVAL,
    ELSEWHERE,
    KEY,
    LEO,
    OTHER_ACCOUNT,
    START,
    VERA,
    late,
    story,
)


def dump(installation: Installation) -> dict[str, str]:
    """Every row of every table and view, as text; bodies as they were sent."""
    with connect(installation.url) as connection:  # one for all: each takes longer than a table
        tables = connection.execute(
            """
            select nspname, relname from pg_class
            inner join pg_namespace on pg_namespace.oid = relnamespace
            where relkind in ('r', 'p', 'v') and not relispartition
                and nspname !~ '^(pg_|information_schema)'
            """
        ).fetchall()
        found = {
            f"{schema}.{name}": "\n".join(
                text
                for (text,) in connection.execute(
                    SQL("select t::text from {} as t").format(Identifier(schema, name))
                )
            )
            for schema, name in tables
        }
        bodies = connection.execute(
            "select body from ingress.deliveries where body is not null"
        ).fetchall()
    return {**found, "bodies": "\n".join(bytes(body).decode() for (body,) in bodies)}


def tables_with(found: dict[str, str], *texts: str) -> dict[str, list[str]]:
    """Where one of the texts is, letter case aside: {table: lines}."""
    lines = {
        table: [
            line
            for line in content.splitlines()
            if any(text.lower() in line.lower() for text in texts)
        ]
        for table, content in found.items()
    }
    return {table: some for table, some in lines.items() if some}


COUNTS = {
    "participants": "select count(*) from timeline.participants where organization_id = 'firm'",
    "presence": (
        "select sum(duration_seconds) from timeline.participants where organization_id = 'firm'"
    ),
    "outcomes": "select count(*) from operations.outcomes where organization_id = 'firm'",
    "external": (
        "select count(*) from timeline.participants "
        "where organization_id = 'firm' and affiliation = 'external'"
    ),
    "internal": (
        "select count(*) from timeline.participants "
        "where organization_id = 'firm' and affiliation = 'internal'"
    ),
    "external_hours": (
        "select sum(external_seconds) from timeline.user_days "
        "where organization_id = 'firm' and user_id = 'ann'"  # erased colleagues have no days
    ),
    "ledger": "select count(*) from ingress.deliveries",
}
Dump = dict[str, str]


@dataclass(frozen=True)
class Story:
    """The tables at each point, and `counts` before and after the first erasures."""

    installation: Installation
    counts: list[dict[str, int]]
    erased: Dump
    later: Dump
    again: tuple[Any, Any]
    without_topics: Dump
    without_account: Dump
    personal_columns: set[tuple[str, str]]


def counts(installation: Installation) -> dict[str, int]:
    return {name: installation.value(query) for name, query in COUNTS.items()}


def run_story(installation: Installation, world: World) -> Story:
    prepare(installation, world)
    before = counts(installation)
    assert installation.erase(KEY, organization_id="firm")
    assert installation.erase(LEO.email, organization_id="firm")
    erased, after = dump(installation), counts(installation)
    installation.deliver(*late(), at=ARRIVAL + timedelta(days=20))
    installation.batch(now=ARRIVAL + timedelta(days=21))
    installation.rebuild()
    later, snapshot = dump(installation), take_snapshot(installation.url)
    assert installation.erase(KEY, organization_id="firm")
    again = (contents(snapshot), contents(take_snapshot(installation.url)))
    assert installation.erase(KEY, organization_id="firm", clear_topics=True)
    without_topics, columns = dump(installation), columns_of_text(installation)
    assert installation.erase_account(ACCOUNT)
    return Story(
        installation,
        [before, after],
        erased,
        later,
        again,
        without_topics,
        dump(installation),
        columns,
    )


def prepare(installation: Installation, world: World) -> None:
    users = {"ann": ANN.email, LEO.email: LEO.email}
    installation.organization("firm", account=ACCOUNT, users=users)
    installation.organization("other", account=OTHER_ACCOUNT, users={"ann-2": ANN.email})
    connect_simulated_account(installation, world)
    installation.execute(
        "insert into integration.exclusions (organization_id, email_or_domain) values "
        "('firm', 'Vera.Valdez@googlemail.com'), ('firm', 'private.example')"
    )
    installation.execute(
        """
        insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
        values
            ('firm', %(email)s, 'mapping_changed', %(id)s, '{}'),
            ('firm', 'ann', 'exclusion_added', 'x', jsonb_build_object('of', %(id)s::text))
        """,
        {"email": LEO.email, "id": LEO.zoom_user_id},
    )
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id) "
        "values (%s, %s, %s)",
        [ACCOUNT, LEO.zoom_user_id, LEO.email],
    )
    installation.execute(
        "insert into integration.notices_seen (organization_id, user_id, version) "
        "values ('firm', %s, 1)",
        [LEO.email],
    )
    installation.execute(
        "insert into integration.erasure_requests (organization_id, user_id) "
        "values ('firm', %s), ('firm', 'ann')",
        [LEO.email],
    )
    installation.deliver(*story(), *ELSEWHERE.whole([ANN, VERA]), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    installation.execute(
        "update worksights.users set deactivated_at = '2026-03-20' where email = %s", [LEO.email]
    )
    installation.execute(
        "update worksights.users set manager_user_id = %s where user_id = 'ann'", [LEO.email]
    )


def connect_simulated_account(installation: Installation, world: World) -> None:
    installation.execute(
        "insert into integration.connections (connection_id, organization_id, zoom_account_id) "
        "values ('simulated', 'firm', %s)",
        [ACCOUNTS[0]],
    )
    page = "http://127.0.0.1/"
    consent = Consent(ACCOUNTS[0])
    code = world.grants.make_code(consent, page, challenge=None, method="plain")
    tokens = world.grants.redeem(code, redirect_uri=page, verifier=None)
    with page_of(installation.url, "firm") as connection:
        save_grant(
            connection,
            connection_id="simulated",
            organization_id="firm",
            grant_type="authorization_code",
            grant=Grant(tokens.access_token, tokens.refresh_token, START, None, ""),
            keys=[ENCRYPTION_KEY],
        )


def of_others(line: str) -> bool:
    """Whether it is a row of the other organization or of the namesake, who has another address."""
    return any(text in line for text in ("other", "elsewhere", "uuid-namesake")) or (
        line == '(firm,"Vera Valdez","Vera Valdez",f)'
        or line.startswith(f'(firm,"Vera Valdez","Vera Valdez",{RULE_VERSION},')
        or "3aadd307-ed33-5bb3-816f-2256887105ee" in line  # the namesake's person_id
    )


def left(found: Dump, *, topics: bool = False) -> dict[str, list[str]]:
    """What is left of the two people, except for the topic that awaits a decision."""
    texts = ("veravaldez", "vera.valdez", "v.e.r.a", "vera valdez", "v valdez", "5550199")
    lines = tables_with(found, *texts, LEO.email, LEO.name, LEO.zoom_user_id)
    mine = {
        table: [
            line
            for line in some
            if not of_others(line) and (topics or "Catch-up with Vera Valdez" not in line)
        ]
        for table, some in lines.items()
    }
    return {table: some for table, some in mine.items() if some}


def columns_of_text(installation: Installation) -> set[tuple[str, str]]:
    """(table, column) of every column that can contain a text, except for Dagster's, in which every
    text is searched.
    """
    return set(
        installation.execute(
            """
            select nspname || '.' || relname, attname::text from pg_attribute
            inner join pg_class on pg_class.oid = attrelid
            inner join pg_namespace on pg_namespace.oid = relnamespace
            where relkind in ('r', 'p') and not relispartition and attnum > 0 and not attisdropped
                and nspname !~ '^(pg_|information_schema|dagster$)'
                and format_type(atttypid, null) !~
                    '^(integer|bigint|numeric|double|boolean|date|timestamp|tstzmultirange)'
            """
        )
    )
