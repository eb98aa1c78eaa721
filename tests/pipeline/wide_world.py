"""An organization in which every text has the maximum length and cannot be compressed."""

from datetime import UTC, datetime, timedelta

from integration.connections.connections import Connection
from integration.connections.zoom_users import store_phone_users, store_users
from integration.database.postgres import connect
from tests.pipeline.events import Body, Person, Session, event, iso, user_event
from tests.pipeline.hostile_events import wide
from tests.pipeline.installation import LONG_AGO, Installation

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = START + timedelta(hours=1)
ARRIVAL = END + timedelta(hours=1)

ORGANIZATION, ACCOUNT, USER = wide(128, seed=1), wide(128, seed=2), wide(128, seed=3)
HOST, CALLER, EXTENSION = wide(128, seed=4), wide(128, seed=5), wide(128, seed=6)
NAME = wide(400, seed=7)
# A text that is not an address has the most bytes. An address has 64 before the @ and 254 in all.
EMAIL = wide(320, seed=8)
DOMAIN = ".".join(["d" * 61, "o" * 61, "m" * 59, "a.com"])
ADDRESS = f"{wide(64, seed=9)}@{DOMAIN}"


def build(installation: Installation) -> None:
    """Writes as the host product, the page and SQL write, and delivers as the receiver stores."""
    connection_id = installation.organization(
        ORGANIZATION, account=ACCOUNT, users={USER: f"{wide(64, seed=10)}@{DOMAIN}x.com"[:250]}
    )
    installation.execute("update worksights.users set email = %s, full_name = %s", [EMAIL, NAME])
    installation.execute("update worksights.organizations set name = %s", [NAME])
    for insert, values in (
        ("mapping_changes (zoom_account_id, zoom_user_id, user_id, effective_from)",
         [ACCOUNT, HOST, USER, LONG_AGO]),
        ("mapping_changes (zoom_account_id, zoom_user_id, user_id, effective_from)",
         [ACCOUNT, CALLER, USER, LONG_AGO]),
        ("subscription_changes (organization_id, user_id, feature, is_on, effective_from)",
         [ORGANIZATION, USER, "webinars", False, LONG_AGO]),
        ("domain_overrides (organization_id, domain, company_domain, company_name)",
         [ORGANIZATION, wide(320), wide(320), NAME]),
        ("identity_settings (organization_id, name, value)", [ORGANIZATION, wide(128), NAME]),
        ("own_domains (organization_id, domain)", [ORGANIZATION, wide(320)]),
        ("exclusions (organization_id, email_or_domain)", [ORGANIZATION, wide(320)]),
        ("person_names (organization_id, person_key, display_name)",
         [ORGANIZATION, ADDRESS, wide(400)]),
    ):  # fmt: skip
        places = ", ".join(["%s"] * len(values))
        statement = f"insert into integration.{insert} values ({places})"  # noqa: S608 - our own
        installation.execute(statement, values)
    _import(installation, connection_id)
    installation.deliver(*_events(), at=ARRIVAL)


def _import(installation: Installation, connection_id: str) -> None:
    """Stores Zoom's lists of users without HTTP, because HTTP headers are Latin-1."""
    account = Connection(connection_id, ORGANIZATION, ACCOUNT, "active", None, LONG_AGO)
    with connect(installation.url, role="pipeline") as connection:
        when = {"batch": 0, "now": START - timedelta(days=1)}
        user = (HOST, EMAIL, NAME, NAME, NAME, wide(128))
        store_users(connection, account, [user], **when)
        store_phone_users(connection, account, [(CALLER, EXTENSION, EXTENSION)], **when)


def _events() -> list[Body]:
    host, guest = Person(NAME, HOST, EMAIL), Person(wide(400, seed=11), wide(128, seed=12), EMAIL)
    client = Person(NAME, email=ADDRESS)
    meeting = Session(ACCOUNT, wide(128, seed=13), HOST, START, END, topic=wide(1000))
    legs = {wide(128, seed=20 + n): person for n, person in enumerate((host, guest, client))}
    room = meeting.joined(host, START, leg=wide(128, seed=30))
    return [
        meeting.started(),
        *(meeting.joined(person, START, leg=leg) for leg, person in legs.items()),
        {**room, "event": "meeting.participant_joined_breakout_room"},
        meeting.ended(),
        user_event(
            "created", ACCOUNT, START, zoom_user_id=HOST, email=EMAIL, display_name=NAME,
            first_name=NAME, last_name=NAME,
        ),
        event("phone.caller_ended", ACCOUNT, END, _call()),
        event("phone.caller_call_history_completed", ACCOUNT, END, _record()),
    ]  # fmt: skip


def _call() -> Body:
    party = {"user_id": CALLER, "extension_id": EXTENSION, "extension_number": EXTENSION,
             "phone_number": wide(128), "name": NAME}  # fmt: skip
    times = ("ringing_start_time", "answer_start_time", "call_end_time")
    call = {"call_id": wide(128, seed=14), "caller": party, "callee": {**party, "user_id": HOST}}
    return call | dict.fromkeys(times, iso(END))


def _record() -> Body:
    record = {
        "id": wide(128, seed=15), "call_id": wide(128, seed=16), "result": wide(128),
        "start_time": iso(START), "answer_time": iso(START), "end_time": iso(END),
    }  # fmt: skip
    for side in ("caller", "callee"):
        record |= {
            f"{side}_user_id": wide(128, seed=17), f"{side}_name": NAME, f"{side}_email": ADDRESS,
            f"{side}_ext_id": EXTENSION, f"{side}_ext_number": EXTENSION,
        }  # fmt: skip
    return {"user_id": CALLER, "call_logs": [record]}
