"""The figures that pages should show of a team, and of companies where an organization shows groups
only.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from tests.web.page.reckoning import Reckoning, days, lasting
from tests.web.page.words_of_clients import Row, Words, domain, hours


@dataclass(frozen=True)
class Figures:
    """A team's, of some days."""

    people: int
    seconds: int
    external: int
    met: int
    new: int
    quiet: int

    @property
    def share(self) -> int:
        return round(100 * self.external / self.seconds)

    def words(self) -> list[str]:
        people = "person" if self.people == 1 else "people"
        companies = "company" if self.quiet == 1 else "companies"
        return [
            f"Person-hours in sessions {lasting(self.seconds)} by {self.people} {people}",
            f"With external people {self.share}% {lasting(self.external)}",
            f"Companies met {self.met} {self.new} new",
            f"Gone quiet {self.quiet} {companies}, for 30 days",
        ]


def figures_of(
    reckoning: Reckoning, reader: ZoneInfo, users: list[str], first: date, count: int
) -> Figures:
    dates = days(first, count)
    hours = [reckoning.seconds(user, dates) for user in users]
    external = sum(reckoning.seconds(user, dates, external=True) for user in users)
    met, new = reckoning.companies_met(users, first, dates[-1], reader)
    quiet = reckoning.quiet(users, dates[-1], reader)
    return Figures(sum(map(bool, hours)), sum(hours), external, met, new, quiet)


def groups(said: Words, *, at_least: int) -> tuple[list[Row], list[Row]]:
    """The rows and the file's lines of companies that so many users have met, by their names."""
    met = sorted(
        (said.company(company_id), domain(one), str(len(one.users)), one.person_seconds)
        for company_id, one in said.clients.companies.items()
        if len(one.users) >= at_least
    )
    rows = [[f"{name} {of_it} guessed", users, lasting(time)] for name, of_it, users, time in met]
    return rows, [[name, of_it, "yes", users, hours(time)] for name, of_it, users, time in met]
