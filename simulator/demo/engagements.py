"""The meetings with clients, by day of the story. Data only.

Harbor Logistics grows, Cedar Clinics goes quiet after the second day, Granite Insurance was last
met weeks before the story, Delta Textiles is met for the first time near the end, and only one
person knows Juniper Labs.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.demo.clients import (
    CEDAR,
    CONTOSO,
    DELTA,
    FABRIKAM,
    GRANITE,
    HARBOR,
    JUNIPER,
    TAILSPIN,
    UNINVITED,
    Client,
)
from simulator.guests import Guest


@dataclass(frozen=True, slots=True)
class Engagement:
    """`days` are numbers of the story; days after it repeat those of its second week. `guests` is
    how many people of the client attend.
    """

    days: tuple[int, ...]
    at: str
    host: str
    minutes: int
    topic: str
    people: tuple[str, ...]
    client: Client
    guests: int
    others: tuple[Guest, ...] = ()


ENGAGEMENTS = (
    # Growing: one meeting in the first three days, two or three a day at the end.
    Engagement((2,), "11:00", "hannah", 45, "Discovery call", ("chloe",), HARBOR, 1),
    Engagement((4,), "13:00", "hannah", 60, "Requirements", ("chloe",), HARBOR, 2),
    Engagement((6, 8), "11:00", "hannah", 45, "Proposal walkthrough", ("chloe",), HARBOR, 3),
    Engagement((7, 9), "14:30", "ingrid", 45, "Technical workshop", ("zoe", "liam"), HARBOR, 3),
    Engagement((8, 10), "15:30", "zoe", 50, "Data import: open questions", ("lea",), HARBOR, 2),
    Engagement((9,), "15:00", "chloe", 30, "Contract terms", ("hannah", "marcus"), HARBOR, 2),
    Engagement((10,), "11:00", "hannah", 45, "Kick-off 🎉", ("chloe", "ingrid"), HARBOR, 5,
               UNINVITED[1:]),
    # Quiet since the second day.
    Engagement((1,), "11:00", "rebecca", 45, "Résumé of the pilot", ("samuel",), CEDAR, 2),
    Engagement((2,), "15:30", "rebecca", 30, "Next steps after the pilot", ("liam",), CEDAR, 1),
    # Steady.
    Engagement((1, 3, 5, 8, 10), "14:00", "liam", 45, "Account review", ("rebecca",), CONTOSO, 2),
    Engagement((4, 9), "15:00", "liam", 60, "Quarterly review", ("chloe",), CONTOSO, 3,
               UNINVITED[:1]),
    Engagement((1, 3, 6, 8), "13:00", "victor", 30, "Weekly status", ("nina", "zoe"), FABRIKAM, 2),
    Engagement((5, 10), "16:30", "ingrid", 45, "Steering committee", ("victor", "liam"), FABRIKAM,
               3),
    Engagement((2, 7), "10:00", "samuel", 60, "Onboarding session", ("lea",), FABRIKAM, 2),
    Engagement((2, 5, 7, 10), "10:30", "grace", 30, "Renewal", ("mateo",), TAILSPIN, 2),
    Engagement((3, 6, 9), "14:00", "marcus", 30, "Executive check-in", ("chloe",), CONTOSO, 1),
    # Liam is in two meetings at once.
    Engagement((4, 9), "15:30", "rebecca", 45, "Bid review", ("liam", "samuel"), TAILSPIN, 1),
    # Only Mateo knows them.
    Engagement((3, 6, 9), "15:00", "mateo", 30, "Roadmap walkthrough", (), JUNIPER, 1),
    # New in the last week.
    Engagement((8,), "09:30", "mateo", 30, "Introduction", ("grace",), DELTA, 1),
    Engagement((10,), "11:30", "mateo", 45, "Product demo", ("grace",), DELTA, 2),
)  # fmt: skip
# Weeks before the story: here `days` are weeks before its end, of calendar.EARLIER_WEEKS.
EARLIER = (
    Engagement((8, 6), "10:00", "rebecca", 45, "Renewal and claims module", ("liam",), GRANITE, 2),
    Engagement((7, 5), "14:00", "rebecca", 30, "Open points", (), GRANITE, 1),
    Engagement((8, 6, 5), "11:30", "rebecca", 45, "Pilot: weekly check", ("samuel",), CEDAR, 2),
    Engagement((7, 5), "15:00", "liam", 45, "Account review", ("chloe",), CONTOSO, 2),
    Engagement((8, 7, 6), "11:00", "victor", 30, "Weekly status", ("zoe",), FABRIKAM, 2),
)
