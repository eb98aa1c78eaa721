"""A firm with four people, and its week of meetings."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pipeline.events import Body, Person, Session, user_event
from tests.pipeline.firms import Firm

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
ANN = Person("ann", "zu-ann", "ann@mail.firm.example")
BEN = Person("ben", "zu-ben", "ben.brook@firm.example")
DAN = Person("dan", "zu-dan")  # Zoom has no email for him
EVE = Person("eve", "zu-eve", "eve@otherfirm.example")
CLEO = Person("cleo", email="cleo@client.example")
COLLEAGUES = (ANN, BEN, DAN, EVE)

EMAILS = {"ann": ANN.email, "ben": BEN.email, "dan": "dan@home.example", "eve": EVE.email}


class FirmWithWeek(Firm):
    def __init__(self, name: str, account: str = "") -> None:
        super().__init__(name, EMAILS, account)

    def session(
        self, name: str, day: int, hour: int, *, host: Person = ANN, **more: Any
    ) -> Session:
        """A session of an hour, on a day counted from Monday; its topic is its name."""
        start = MONDAY + timedelta(days=day, hours=hour)
        end = start + timedelta(hours=1)
        return Session(
            self.account, f"uuid-{name}", host.zoom_user_id, start, end, topic=name, **more
        )

    def tuesday(self) -> Session:
        return self.session("tue", 1, 9)

    def week(self) -> list[Body]:
        return [
            *self.session("mon", 0, 9).whole([ANN, DAN, CLEO]),
            *self.tuesday().whole([ANN, DAN, CLEO]),
            *self.session("webinar", 1, 15, kind="webinar", type=5).whole([ANN, BEN]),
            *self.session("wed", 2, 9).whole([ANN, DAN, CLEO]),
            *self.session("bens", 2, 14, host=BEN).whole([BEN, EVE, CLEO]),
        ]

    def directory(self) -> list[Body]:
        return [
            user_event(
                "created",
                self.account,
                MONDAY - timedelta(days=30),
                zoom_user_id=person.zoom_user_id,
                display_name=person.name,
                email=person.email,
            )
            for person in COLLEAGUES
        ]

    def after_the_change(self) -> list[Body]:
        """A session before the changing batch that is reported later, and one after it."""
        return [
            *self.session("thu", 3, 16).whole([ANN]),
            *self.session("sat", 5, 9).whole([ANN]),
        ]
