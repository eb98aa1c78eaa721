"""The people of the story: Vera and the Zoom user Leo, who are erased, and Vera's namesake."""

from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.company import build_company
from tests.pipeline.events import Body, Person, Session, event, iso, user_event
from tests.pipeline.installation import ACCOUNTS

ACCOUNT, OTHER_ACCOUNT = "ErasingAccount00000000", "AnotherAccount00000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARRIVAL = START + timedelta(days=1)
KEY = "veravaldez@gmail.com"

ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
# Was a colleague. The Zoom simulator lists him in each import.
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
    """A record with the callee's address, or a live event with a number and a name."""
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
    """It identifies the person only by name and leg."""
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
