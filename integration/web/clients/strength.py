"""Reads how strength is computed, from the functions that compute it, with an example."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class Formula:
    """Its numbers. `webinar_factor` is what a minute of a webinar counts if one of two hosts it."""

    half_life_days: int
    most_minutes: int
    webinar_factor: float
    scale_minutes: int


@dataclass(frozen=True)
class Grade:
    """A grade and the strengths, with one decimal, that it covers."""

    grade: str
    lowest: float
    highest: float


@dataclass(frozen=True)
class ExampleSession:
    minutes: int
    people: int
    days_ago: int
    is_webinar: bool = False


@dataclass(frozen=True)
class WeightedSession(ExampleSession):
    """`weight` is what it added, `weight_now` what remains; `total`, `strength` and `grade` are
    those of all sessions of the example together.
    """

    weight: float = 0
    weight_now: float = 0
    total: float = 0
    strength: float = 0
    grade: str = ""


def formula(connection: psycopg.Connection) -> Formula:
    return rows.one(
        connection,
        Formula,
        """
        select
            clientsights.half_life_days() as half_life_days,
            clientsights.most_minutes() as most_minutes,
            clientsights.webinar_factor()::double precision as webinar_factor,
            clientsights.scale_minutes() as scale_minutes
        """,
    )


def grades(connection: psycopg.Connection) -> list[Grade]:
    """The grades of all strengths there are, the lowest first."""
    return rows.every(
        connection,
        Grade,
        """
        select
            clientsights.grade_of(tenths / 10.0) as grade,
            (min(tenths) / 10.0)::double precision as lowest,
            (max(tenths) / 10.0)::double precision as highest
        from generate_series(0, 1000) as tenths
        group by clientsights.grade_of(tenths / 10.0)
        order by lowest
        """,
    )


def example_of(numbers: Formula) -> list[ExampleSession]:
    """Sessions of two people that show each part of the formula."""
    return [
        ExampleSession(minutes=30, people=2, days_ago=0),
        ExampleSession(minutes=60, people=4, days_ago=14),
        ExampleSession(minutes=2 * numbers.most_minutes, people=8, days_ago=30),
        ExampleSession(minutes=60, people=50, days_ago=30, is_webinar=True),
        ExampleSession(minutes=60, people=2, days_ago=numbers.half_life_days),
    ]


def weighted(
    connection: psycopg.Connection, sessions: list[ExampleSession], *, now: datetime
) -> list[WeightedSession]:
    """The sessions in their order, each with its weight; one of the two hosts the webinars."""
    return rows.every(
        connection,
        WeightedSession,
        """
        with sessions as (
            select
                number, minutes, people, days_ago, is_webinar,
                %(now)s::timestamptz - make_interval(hours => 24 * days_ago) as met_at,
                clientsights.weighted_minutes(
                    minutes * 60,
                    people,
                    case when is_webinar then clientsights.webinar_factor() else 1.0 end
                ) as weight
            from unnest(
                %(minutes)s::integer[], %(people)s::integer[], %(days_ago)s::integer[],
                %(is_webinar)s::boolean[]
            ) with ordinality as session (minutes, people, days_ago, is_webinar, number)
        ),
        decayed as (
            select
                *, clientsights.decayed(weight, met_at) as decayed_minutes,
                sum(clientsights.decayed(weight, met_at)) over () as decayed_total
            from sessions
        )
        select
            minutes, people, days_ago, is_webinar, weight,
            clientsights.minutes_at(decayed_minutes, %(now)s) as weight_now,
            clientsights.minutes_at(decayed_total, %(now)s) as total,
            clientsights.strength_at(decayed_total, %(now)s)::double precision as strength,
            clientsights.grade_of(clientsights.strength_at(decayed_total, %(now)s)) as grade
        from decayed
        order by number
        """,
        {
            "now": now,
            "minutes": [one.minutes for one in sessions],
            "people": [one.people for one in sessions],
            "days_ago": [one.days_ago for one in sessions],
            "is_webinar": [one.is_webinar for one in sessions],
        },
    )
