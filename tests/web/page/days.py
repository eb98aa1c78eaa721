"""Days of the timeline as full and as odd as they get, from one batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from simulator.world import World
from tests.pipeline.events import Body, Person, Session, event, iso
from tests.web.page.batched import ACCOUNT, DAY, MEMBER, Batched, batched_site
from tests.web.page.story import zoom_user

MANAGER, EXECUTIVE = zoom_user("manager"), zoom_user("executive")
ALICE = Person("Alice Fischer", email="alice.fischer@wideworldimporters.com")
NADIA = Person("Nadia Rahman", email="nadia@wideworldimporters.com")
OWEN = Person("Owen Price", email="owen@contoso.com")
GUESTS = [Person(f"Guest {number}", email=f"g{number}@fans.example") for number in range(30)]
LONG_TOPIC = "🎉 Launch of the new catalogue, with everybody who worked on it, and a look back 🎉"
ARABIC_TOPIC = "مراجعة ربع سنوية مع العميل والفريق في مكتب القاهرة الجديد"
HALF_A_MINUTE = 0.5


def session(
    topic: str, start: str, minutes: float, *, host: Person = MEMBER, day: int = 0, kind: str = ""
) -> Session:
    """`start` is in UTC, on this many days from DAY; the clock of the people is one hour ahead."""
    hour, minute = map(int, start.split(":"))
    starts = DAY + timedelta(days=day, hours=hour, minutes=minute)
    return Session(
        ACCOUNT, f"{topic[:20]} {day} {start}", host.zoom_user_id, starts,
        starts + timedelta(minutes=minutes), topic, kind or "meeting", 5 if kind else 2,
    )  # fmt: skip


FULL_DAY = {
    session("Open house", "07:00", 60, kind="webinar"): [MEMBER, MANAGER, *GUESTS],
    session("Stand-up", "08:15", 15, host=MANAGER): [MANAGER, MEMBER],
    session("Quarterly review", "11:00", 35): [MEMBER, MANAGER, ALICE, NADIA, OWEN],
    session("Dropped", "12:30", HALF_A_MINUTE): [MEMBER],
    session(LONG_TOPIC, "15:00", 40, host=MANAGER): [MEMBER, MANAGER],
    session(ARABIC_TOPIC, "15:20", 40): [MEMBER, ALICE],
    session("", "16:30", 22, host=MANAGER): [MEMBER, MANAGER],
}
OTHER_DAYS = {
    session("Planning", "09:00", 60, day=-1): [MEMBER, MANAGER],
    **{session(f"Copy {each}", "09:00", 45, day=-5): [MEMBER] for each in range(12)},
    session("All-night call", "22:00", 8 * 60, day=-8): [MEMBER, OWEN],
    session("A room left open", "10:00", 31 * 24 * 60 - 1, host=EXECUTIVE, day=-40): [EXECUTIVE],
}


def call(call_id: str, start: str, minutes: int, **callee: str) -> Body:
    """A call that the member makes on DAY."""
    hour, minute = map(int, start.split(":"))
    starts = DAY + timedelta(hours=hour, minutes=minute)
    ends = starts + timedelta(minutes=minutes)
    about = {
        "call_id": call_id,
        "caller": {"user_id": MEMBER.zoom_user_id, "phone_number": "+49307654321"},
        "callee": callee,
        "ringing_start_time": iso(starts),
        "answer_start_time": iso(starts),
        "call_end_time": iso(ends),
    }
    return event("phone.caller_ended", ACCOUNT, ends, about)


CALLS = [call("with-owen", "10:45", 8, phone_number="+13125550123", name="Owen Price")]


@contextmanager
def site_with_days(server_url: str, zoom: tuple[World, str], folder: Path) -> Iterator[Batched]:
    """Besides FULL_DAY, DAY has a webinar and a meeting, with a stranger, of every batched site."""
    more = {**FULL_DAY, **OTHER_DAYS}
    with batched_site(server_url, zoom, folder, more=more, calls=CALLS) as batched:
        yield batched
