"""Callers who are known only by a number, and guests of a meeting who are known only by a leg."""

from datetime import timedelta

from tests.pipeline.events import Body, Person, event, iso
from tests.pipeline.installation import Installation
from tests.privacy.eve import ACCOUNT, ANN, MEETING, NAMESAKE, START, changed, session

# The caller who is erased, in several spellings, and others.
NUMBER, DIGITS = "+1 (212) 555-0199", "12125550199"
OTHERS_NUMBER, ANNS_NUMBER = "+13125550123", "+49307654321"
DIALED_IN = Person("1 212 555 0199")  # Zoom's name of somebody who joins by phone
GUEST = Person("Gil Guest")
COLLEAGUE_OF_GUEST = Person("Gus Guest")
WITH_PHONE = session("with-phone", 10)


def call(call_id: str, hour: int, **callee: str) -> Body:
    """A live call of Ann's; `callee` is what Zoom sends about the other side."""
    at = START + timedelta(hours=hour)
    about = {
        "call_id": call_id,
        "caller": {"user_id": "zu-ann", "phone_number": ANNS_NUMBER},
        "callee": callee,
        "ringing_start_time": iso(at),
        "answer_start_time": iso(at),
        "call_end_time": iso(at + timedelta(minutes=5)),
    }
    return event("phone.caller_ended", ACCOUNT, at + timedelta(minutes=5), about)


def record(call_id: str, hour: int, *, email: str) -> Body:
    """The record of a call of Ann's with the caller, which has the address of the other side."""
    at = START + timedelta(hours=hour)
    log = {
        "id": f"record-{call_id}",
        "call_id": call_id,
        "caller_email": ANN.email,
        "callee_email": email,
        "callee_did_number": NUMBER,
        "start_time": iso(at),
        "answer_time": iso(at),
        "end_time": iso(at + timedelta(minutes=5)),
        "call_result": "answered",
    }
    about = {"user_id": "zu-ann", "call_logs": [log]}
    return event("phone.caller_call_history_completed", ACCOUNT, at, about)


def calls() -> list[Body]:
    """Two calls and a meeting of the caller, and calls of others."""
    return [
        call("first", 1, phone_number=NUMBER, name="Cal Caller"),
        call("second", 2, phone_number=DIGITS),
        call("others", 3, phone_number=OTHERS_NUMBER, name="Odd Other"),
        *WITH_PHONE.whole([ANN, DIALED_IN, NAMESAKE]),
    ]


def late_calls() -> list[Body]:
    """The same caller after they were erased."""
    return [
        call("late", 4, phone_number="+12125550199", name="C. Caller"),
        call("late-others", 5, phone_number=OTHERS_NUMBER, name="Odd Other"),
        event("meeting.ended", ACCOUNT, START, {"topic": f"no uuid: {NUMBER}", "x": NUMBER}),
    ]


def meeting() -> list[Body]:
    """Ann with two guests. The first of them is there on two devices of one registration."""
    end = MEETING.ended_at
    return [
        *MEETING.whole([ANN]),
        changed(MEETING.joined(GUEST, START, leg="7"), registrant_id="r7"),
        changed(MEETING.left(GUEST, end, leg="7"), registrant_id="r7"),
        changed(MEETING.joined(Person("Gil"), START, leg="8"), registrant_id="r7"),
        MEETING.left(Person("Gil"), end - timedelta(minutes=1), leg="8"),
        MEETING.joined(COLLEAGUE_OF_GUEST, START, leg="9"),
        MEETING.left(COLLEAGUE_OF_GUEST, end, leg="9"),
    ]


def late_in_meeting() -> list[Body]:
    """A late event of each of the first guest's devices, and one of the other guest's."""
    end = MEETING.ended_at + timedelta(seconds=1)
    return [
        MEETING.left(Person("Gilbert"), end, leg="7"),
        MEETING.left(Person("Gilbert"), end, leg="8"),
        MEETING.left(COLLEAGUE_OF_GUEST, end, leg="9"),
    ]


def participant_named(installation: Installation, name: str) -> str:
    """The id of the only participant with this name."""
    return installation.value(
        "select participant_id from timeline.participants where display_name = %s", [name]
    )
