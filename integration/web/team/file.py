"""A team's list as the lines of a CSV file."""

from collections.abc import Iterator, Sequence

from integration.figures.periods import Period
from integration.web.page.csv_file import Cell
from integration.web.team.people import Person

COLUMNS = (
    "Person",
    "Email",
    "Time zone",
    "First day",
    "Last day",
    "Hours in sessions",
    "Hours with external people",
    "External (%)",
    "Hours on compared days",
    "Hours on the same days of the previous period",
    "Company met most often",
    "Sessions with this company",
)
SECONDS_PER_HOUR = 3600


def lines(
    people: Sequence[Person], period: Period, *, is_compared: bool
) -> Iterator[Sequence[Cell]]:
    for one in people:
        yield (
            one.full_name,
            one.email,
            one.time_zone,
            period.first,
            period.last,
            hours(one.seconds),
            hours(one.external_seconds),
            one.share,
            hours(one.seconds_now) if is_compared else None,
            hours(one.seconds_before) if is_compared else None,
            one.company,
            one.sessions_with_company,
        )


def hours(seconds: int) -> float:
    """To the hundredth: half a minute."""
    return round(seconds / SECONDS_PER_HOUR, 2)
