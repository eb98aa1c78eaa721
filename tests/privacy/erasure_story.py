"""Two people in every table that can hold somebody: an outsider who meets a firm in many ways, and
a colleague who has left. Both are erased, come again, and are looked for in a dump of everything.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.sql import SQL, Identifier

from integration.connections.tokens import save_grant
from integration.database.postgres import transaction
from integration.zoom.oauth import Grant
from simulator.company import build_company
from simulator.grants import Consent
from simulator.world import World
from tests.pipeline.events import Body, Person, Session, event, iso, user_event
from tests.pipeline.installation import ACCOUNTS, ENCRYPTION_KEY, Installation
from tests.pipeline.tables import contents, take_snapshot

ACCOUNT, OTHER_ACCOUNT = "ErasingAccount00000000", "AnotherAccount00000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARRIVAL = START + timedelta(days=1)
KEY = "veravaldez@gmail.com"

ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
# Was a colleague; the simulated Zoom lists him at each import.
LISTED = next(user for user in build_company(users=10, account_id=ACCOUNTS[0]).users[3:] if user.id)
LEO = Person(LISTED.full_name, LISTED.id, LISTED.email)
VERA = Person("Vera Valdez", email="Vera.Valdez+zoom@gmail.com")
VERA_UNSIGNED = Person("Vera Valdez")
VERA_LATE = Person("Vera Valdez (she/her)", email="v.e.r.a.valdez+late@GMAIL.com")
NAMESAKE = Person("Vera Valdez", email="vera@elsewhere.example")


def session(name: str, hour: int, *, account: str = ACCOUNT, **more: Any) -> Session:
    start = START + timedelta(hours=hour)
    host = more.pop("host", "zu-ann")
    return Session(account, f"uuid-{name}", host, start, start + timedelta(hours=1), **more)


FIRST = session("first", 0)
ON_TWO_DEVICES = session("devices", 2, topic="Catch-up with Vera Valdez")
LEOS = session("leos", 4, host=LEO.zoom_user_id)
UNSIGNED = session("unsigned", 6)
WITH_NAMESAKE = session("namesake", 8)
ELSEWHERE = session("elsewhere", 0, account=OTHER_ACCOUNT)


def call(call_id: str, at: datetime, *, with_email: bool) -> Body:
    """A record that knows the callee's address, or a live event that knows a number and a name."""
    if with_email:
        log = {
            "id": f"record-{call_id}",
            "call_id": call_id,
            "caller_name": "Ann Ash",
            "caller_email": ANN.email,
            "callee_name": "Vera Valdez",
            "callee_email": "vera.valdez@gmail.com",
            "callee_did_number": "+1 (212) 555-0199",
            "start_time": iso(at),
            "answer_time": iso(at),
            "end_time": iso(at + timedelta(minutes=5)),
            "call_result": "answered",
        }
        about = {"user_id": "zu-ann", "call_logs": [log]}
        return event("phone.caller_call_history_completed", ACCOUNT, at, about)
    about = {
        "call_id": call_id,
        "caller": {"user_id": "zu-ann", "extension_number": 1001},
        "callee": {"phone_number": "+12125550199", "name": "V Valdez"},
        "ringing_start_time": iso(at),
        "answer_start_time": iso(at),
        "call_end_time": iso(at + timedelta(minutes=5)),
    }
    return event("phone.caller_ended", ACCOUNT, at + timedelta(minutes=5), about)


def nameless_leave() -> Body:
    """It says who left by name and leg only."""
    return FIRST.left(VERA_UNSIGNED, FIRST.ended_at, leg="16800000")


def story() -> list[Body]:
    end = timedelta(minutes=50)
    return [
        *FIRST.whole([ANN, LEO]),
        FIRST.joined(VERA, FIRST.started_at, leg="16800000"),
        nameless_leave(),
        *ON_TWO_DEVICES.whole([ANN]),
        ON_TWO_DEVICES.joined(VERA, ON_TWO_DEVICES.started_at, leg="1"),
        ON_TWO_DEVICES.left(VERA, ON_TWO_DEVICES.started_at + end, leg="1"),
        ON_TWO_DEVICES.joined(VERA, ON_TWO_DEVICES.started_at, leg="2"),
        *LEOS.whole([LEO, ANN]),
        *UNSIGNED.whole([ANN, VERA_UNSIGNED]),
        *WITH_NAMESAKE.whole([ANN, NAMESAKE]),
        call("call-1", START + timedelta(hours=3), with_email=True),
        call("call-1", START + timedelta(hours=3), with_email=False),
        call("call-2", START + timedelta(hours=5), with_email=False),
        user_event(
            "created", ACCOUNT, START, zoom_user_id=ANN.zoom_user_id, email=ANN.email,
            display_name=ANN.name,
        ),
        user_event(
            "created", ACCOUNT, START, zoom_user_id=LEO.zoom_user_id, email=LEO.email,
            display_name=LEO.name,
        ),
        # no uuid: quarantined, with its body
        event("meeting.ended", ACCOUNT, START, {"host_id": "zu-ann", "topic": f"x {VERA.email}"}),
        event("meeting.ended", ACCOUNT, START, {"host_id": "zu-ann", "topic": "of nobody"}),
    ]  # fmt: skip


def late() -> list[Body]:
    """The same people after they were erased."""
    later = session("late", 10)
    return [
        *later.whole([ANN, VERA_LATE]),
        later.joined(Person("Leo L", LEO.zoom_user_id), later.started_at, leg="77"),
        *session("late-unsigned", 12).whole([ANN, VERA_UNSIGNED]),
        session("late-host", 14, host=LEO.zoom_user_id).ended(),
        FIRST.left(Person("Vera V"), FIRST.ended_at + timedelta(seconds=1), leg="16800000"),
        call("call-3", START + timedelta(hours=7), with_email=True),
        call("call-4", START + timedelta(hours=7), with_email=False),
        user_event(
            "updated", ACCOUNT, START, zoom_user_id=LEO.zoom_user_id, email=LEO.email.upper()
        ),
        event("meeting.ended", ACCOUNT, START, {"topic": "late", "who": [VERA_LATE.email]}),
    ]


def dump(installation: Installation) -> dict[str, str]:
    """Every row of every table and view, as text; bodies as they were sent."""
    tables = installation.execute(
        """
        select nspname, relname from pg_class
        inner join pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'v') and nspname !~ '^(pg_|information_schema)'
        """
    )
    found = {
        f"{schema}.{name}": "\n".join(
            text
            for (text,) in installation.execute(
                SQL("select t::text from {} as t").format(Identifier(schema, name))
            )
        )
        for schema, name in tables
    }
    bodies = installation.execute("select body from ingress.deliveries where body is not null")
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
    "ledger": "select count(*) from ingress.deliveries",
}
Dump = dict[str, str]


@dataclass(frozen=True)
class Story:
    """What the tables held at each point; `counts` before and after the first erasures."""

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


def tell(installation: Installation, world: World) -> Story:
    begin(installation, world)
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


def begin(installation: Installation, world: World) -> None:
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
    installation.deliver(*story(), *ELSEWHERE.whole([ANN, VERA]), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    installation.execute(
        "update worksights.users set deactivated_at = '2026-03-20' where email = %s", [LEO.email]
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
    with transaction(installation.url, role="page") as connection:
        save_grant(
            connection,
            connection_id="simulated",
            organization_id="firm",
            grant_type="authorization_code",
            grant=Grant(tokens.access_token, tokens.refresh_token, START, None, ""),
            keys=[ENCRYPTION_KEY],
        )


def of_others(line: str) -> bool:
    """Rows of the other organization, and of the namesake, who has an address of her own."""
    return any(text in line for text in ("other", "elsewhere", "uuid-namesake")) or (
        line == '(firm,"Vera Valdez","Vera Valdez",f)'
        or line.startswith('(firm,"Vera Valdez","Vera Valdez",1-')
        or "3aadd307-ed33-5bb3-816f-2256887105ee" in line  # the namesake's person_id
    )


def left(found: Dump, *, topics: bool = False) -> dict[str, list[str]]:
    """What is left of the two people, the topic that waits for a decision aside."""
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
    """(table, column) of everything in the database that can hold a text; Dagster's aside, in which
    every text is searched.
    """
    return set(
        installation.execute(
            """
            select nspname || '.' || relname, attname::text from pg_attribute
            inner join pg_class on pg_class.oid = attrelid
            inner join pg_namespace on pg_namespace.oid = relnamespace
            where relkind = 'r' and attnum > 0 and not attisdropped
                and nspname !~ '^(pg_|information_schema|dagster$)'
                and format_type(atttypid, null) !~
                    '^(integer|bigint|numeric|double|boolean|date|timestamp|tstzmultirange)'
            """
        )
    )
