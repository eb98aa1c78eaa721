"""The people of each firm whose settings are changed, and the sessions that they were in."""

from datetime import UTC, datetime, timedelta

from tests.pipeline.events import Person, Session, call_ended, iso
from tests.pipeline.firms import Firm
from tests.pipeline.installation import Installation

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
FIRST_BATCH = datetime(2026, 3, 7, 12, tzinfo=UTC)
NEXT_BATCH = FIRST_BATCH + timedelta(minutes=20)

ANN = Person("ann", "zu-ann", "ann@firm.example")
BEN = Person("ben", "zu-ben", "ben@firm.example")
DAN = Person("dan", "zu-dan")  # without an email, so matched to no user
EVE = Person("eve", "zu-eve", "eve+zoom@other.example")  # an email of no user
EMAILS = {
    "ann": ANN.email,
    "ben": BEN.email,
    "dan": "dan@home.example",
    "gone": "gone@firm.example",
}
SESSIONS = {  # (day, kind, people); the first is the host
    "early": (0, "meeting", [ANN, BEN, DAN, EVE]),
    "late": (3, "meeting", [ANN, BEN, DAN, EVE]),
    "alone": (3, "meeting", [DAN]),
    "webinar": (3, "webinar", [ANN, DAN]),
    "other webinar": (4, "webinar", [BEN, DAN]),
}
# A meeting of Ann and Ben; Ann leaves after a quarter of an hour, which is before HALF_PAST.
LEFT_EARLY = MONDAY - timedelta(hours=1)
HALF_PAST = LEFT_EARLY + timedelta(minutes=30)


def deliver_sessions(installation: Installation, firm: Firm) -> None:
    """Its Zoom users are imported, one WorkSights user has left, and its sessions have ended."""
    installation.execute(
        "update worksights.users set deactivated_at = %s where user_id = %s",
        [TUESDAY, firm.user("gone")],
    )
    for person in (ANN, BEN, DAN, EVE):
        installation.execute(
            "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
            "imported_at, batch, email) values (%s, %s, %s, %s, 0, %s)",
            [firm.name, firm.account, person.zoom_user_id, MONDAY, person.email or None],
        )
    for name, (day, kind, people) in SESSIONS.items():
        start = MONDAY + timedelta(days=day, hours=9)
        session = Session(
            firm.account, f"{firm.name} {name}", people[0].zoom_user_id, start,
            start + timedelta(hours=1), topic=name, kind=kind, type=5 if kind == "webinar" else 2,
        )  # fmt: skip
        installation.deliver(*session.whole(people), at=FIRST_BATCH - timedelta(hours=1))
    left_early = Session(
        firm.account, f"{firm.name} left early", BEN.zoom_user_id, LEFT_EARLY,
        LEFT_EARLY + timedelta(minutes=50),
    )  # fmt: skip
    installation.deliver(
        left_early.started(), left_early.joined(ANN, LEFT_EARLY),
        left_early.joined(BEN, LEFT_EARLY, leg="2"),
        left_early.left(ANN, LEFT_EARLY + timedelta(minutes=15)), left_early.ended(),
        at=FIRST_BATCH - timedelta(hours=1),
    )  # fmt: skip
    call_started_at = THURSDAY + timedelta(hours=15)
    call = call_ended("caller", firm.account, call_started_at, call_id=f"call of {firm.name}")
    call["payload"]["object"]["call_end_time"] = iso(call_started_at + timedelta(minutes=5))
    installation.deliver(call, at=FIRST_BATCH - timedelta(hours=1))
