"""The demo's regular meetings: stand-ups, plannings, one-to-ones, hiring. Data only.

The time is that of the host's office. Anyone who is not in the office then, or is on leave, does
not attend.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.demo.cast import DELIVERY_TEAM, EVERYBODY, ROOM, SALES_TEAM
from simulator.demo.clients import CANDIDATES
from simulator.guests import Guest

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
DAILY = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
# Zoom's type codes.
SCHEDULED, NO_FIXED_TIME, FIXED_TIME, PERSONAL_ROOM = 2, 3, 8, 4


@dataclass(frozen=True, slots=True)
class Regular:
    days: tuple[int, ...]
    at: str
    host: str
    minutes: int
    topic: str
    people: tuple[str, ...]
    guests: tuple[Guest, ...] = ()
    type: int = FIXED_TIME


def _one_to_one(day: int, at: str, host: str, person: str) -> Regular:
    names = f"{host.title()} / {person.title()}"
    return Regular((day,), at, host, 30, f"1:1 {names}", (person,), type=NO_FIXED_TIME)


REGULAR = (
    # Delivery
    Regular(DAILY, "10:00", "ingrid", 15, "Delivery stand-up", (*DELIVERY_TEAM, ROOM)),
    Regular((MONDAY,), "10:30", "ingrid", 60, "Sprint planning", (*DELIVERY_TEAM, ROOM)),
    Regular((TUESDAY,), "15:00", "zoe", 45, "Architecture review", ("victor", "samuel", "lea")),
    Regular((WEDNESDAY,), "11:00", "ingrid", 45, "Backlog refinement", DELIVERY_TEAM),
    Regular((THURSDAY,), "16:00", "victor", 30, "Release go / no-go", ("zoe", "samuel", "ingrid")),
    Regular((FRIDAY,), "11:00", "zoe", 45, "Sprint review", (*DELIVERY_TEAM, ROOM)),
    Regular((FRIDAY,), "13:30", "lea", 30, "Retrospective", DELIVERY_TEAM),
    Regular(
        (MONDAY, TUESDAY, WEDNESDAY, THURSDAY),
        "09:15", "zoe", 20, "Handover Berlin – Bengaluru", ("priya",), type=PERSONAL_ROOM,
    ),
    Regular((TUESDAY, THURSDAY), "13:00", "victor", 40, "Pairing: data import", ("nina",)),
    _one_to_one(TUESDAY, "14:00", "ingrid", "zoe"),
    _one_to_one(WEDNESDAY, "15:00", "ingrid", "victor"),
    _one_to_one(THURSDAY, "14:30", "ingrid", "nina"),
    _one_to_one(FRIDAY, "14:30", "ingrid", "samuel"),
    _one_to_one(MONDAY, "14:00", "ingrid", "lea"),
    _one_to_one(TUESDAY, "11:00", "ingrid", "priya"),
    # Sales
    Regular(DAILY, "12:00", "chloe", 15, "Sales stand-up", SALES_TEAM),
    Regular((MONDAY,), "12:30", "chloe", 40, "Pipeline review", (*SALES_TEAM, "marcus")),
    Regular((THURSDAY,), "12:30", "chloe", 30, "Forecast call", ("marcus", "mateo", "hannah")),
    Regular((WEDNESDAY,), "14:00", "hannah", 30, "Deal desk", ("chloe", "grace", "daniel")),
    Regular((TUESDAY,), "10:30", "liam", 45, "Bid team: public sector", ("rebecca",)),
    Regular((FRIDAY,), "13:00", "mateo", 30, "Account planning, West Coast", ("grace", "chloe")),
    _one_to_one(TUESDAY, "13:30", "chloe", "mateo"),
    _one_to_one(WEDNESDAY, "13:00", "chloe", "grace"),
    _one_to_one(THURSDAY, "10:30", "chloe", "hannah"),
    _one_to_one(FRIDAY, "10:00", "chloe", "liam"),
    _one_to_one(MONDAY, "10:00", "chloe", "rebecca"),
    # Everybody else
    Regular((TUESDAY,), "11:30", "marcus", 45, "Leadership weekly", ("olivia", "chloe", "ingrid")),
    Regular((WEDNESDAY,), "16:30", "olivia", 30, "Company all-hands", EVERYBODY),
    Regular((TUESDAY,), "09:00", "marcus", 60, "Board preparation", ("olivia",), type=SCHEDULED),
    Regular((MONDAY,), "10:00", "marcus", 40, "Hiring plan", ("fatima",), type=SCHEDULED),
    Regular((THURSDAY,), "15:00", "marcus", 45, "Partner programme", ("daniel", "chloe")),
    Regular((FRIDAY,), "11:30", "marcus", 45, "Operations review", ("ingrid", "amara")),
    Regular((MONDAY,), "10:30", "daniel", 30, "Campaign planning", ("hannah", "rebecca")),
    Regular((MONDAY,), "11:00", "amara", 30, "IT weekly", ("jonas",)),
    Regular((THURSDAY,), "14:00", "amara", 25, "New laptops: Berlin office", ("jonas", "ingrid")),
    Regular((THURSDAY,), "11:00", "olivia", 45, "Budget round", ("tomas", "amara")),
    Regular((FRIDAY,), "12:00", "olivia", 30, "Month-end figures", ("tomas",), type=SCHEDULED),
    _one_to_one(MONDAY, "15:00", "marcus", "chloe"),
    _one_to_one(THURSDAY, "10:00", "marcus", "ingrid"),
    _one_to_one(WEDNESDAY, "10:00", "marcus", "daniel"),
    _one_to_one(WEDNESDAY, "14:30", "olivia", "marcus"),
    # Hiring
    Regular(
        (TUESDAY,), "16:30", "fatima", 45, "Interview: account executive", ("chloe",),
        CANDIDATES[:1], SCHEDULED,
    ),
    Regular(
        (MONDAY,), "13:00", "fatima", 60, "Interview: data engineer", ("zoe",),
        CANDIDATES[1:2], SCHEDULED,
    ),
    Regular(
        (WEDNESDAY,), "13:00", "fatima", 60, "Interview: data engineer", ("victor", "lea"),
        CANDIDATES[2:3], SCHEDULED,
    ),
    Regular((FRIDAY,), "15:30", "fatima", 25, "Hiring debrief", ("zoe", "ingrid"), type=SCHEDULED),
)  # fmt: skip
# Colleagues who find each other for an unplanned meeting: (host, person, local hour of the host)
UNPLANNED = (
    ("zoe", "victor", 14), ("hannah", "daniel", 15), ("mateo", "grace", 14),
    ("liam", "rebecca", 12), ("samuel", "lea", 15), ("victor", "nina", 9),
    ("chloe", "marcus", 16), ("jonas", "tomas", 15),
)  # fmt: skip
