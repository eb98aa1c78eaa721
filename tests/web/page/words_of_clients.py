"""The rows, figures and lines that pages and files about clients should show, of what
reckoning_of_clients.py computes: at one time, in the reader's time zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.web.page.reckoning import lasting, span
from tests.web.page.reckoning_of_clients import EVER, Client, Clients, Pair, grade, met_at, seconds

QUIET = timedelta(days=30)
LENGTHS = {"30": "Last 30 days", "90": "Last 90 days", "all": "All time"}
Row = list[str]


@dataclass(frozen=True)
class Words:
    clients: Clients
    now: datetime
    reader: ZoneInfo

    def since(self, period: str) -> datetime:
        """The start of the period's first day."""
        if period == "all":
            return EVER
        first = self.now.astimezone(self.reader).date() - timedelta(days=int(period))
        return span(first, first, self.reader)[0]

    def in_order(self, clients: Mapping[str, Client], sort: str) -> list[str]:
        """The ids as a list sorts them. Those without a value are last both ways."""
        values = {one: self._sorted_by(sort.removeprefix("-"), clients[one]) for one in clients}
        sign = -1 if sort.startswith("-") else 1
        return sorted(values, key=lambda one: (values[one] is None, sign * (values[one] or 0), one))

    def _sorted_by(self, column: str, client: Client) -> float | None:
        match column:
            case "time":
                return client.seconds(self.since("90"))
            case "last":
                return last(client).timestamp()
            case "people":
                return len(client.emails)
            case "sessions":
                return len(client.arrivals)
        return max((client.minutes(user, self.now) for user in client.users), default=None)

    def quiet(self) -> list[str]:
        """The companies that nobody has met for 30 days, the latest first."""
        companies = self.clients.companies
        return [one for one in self.in_order(companies, "-last") if self.is_quiet(companies[one])]

    def is_quiet(self, company: Client) -> bool:
        return last(company) < self.now - QUIET

    def company_row(self, company_id: str, period: str) -> Row:
        company = self.clients.companies[company_id]
        quiet = " Quiet" if self.is_quiet(company) else ""
        only = " Only one colleague knows them" if len(company.users) == 1 else ""
        return [
            f"{self.company(company_id)} {domain(company)} guessed",
            met(company, self.since(period)),
            self.day(last(company)) + quiet,
            f"{self.strength(company)} {self.closest(company)}{only}",
            str(len(company.emails)),
        ]

    def company_line(self, company_id: str, period: str) -> Row:
        company, since = self.clients.companies[company_id], self.since(period)
        strength = company.strongest(self.now)[0]
        only = self.names(company.users)[0] if len(company.users) == 1 else ""
        return [
            self.company(company_id), domain(company), "yes", hours(company.seconds(since)),
            str(len(company.meetings(since))), self.written(first(company)),
            self.written(last(company)), self.closest(company), f"{strength:.1f}", grade(strength),
            only, str(len(company.emails)),
        ]  # fmt: skip

    def company_facts(self, company_id: str) -> dict[str, str]:
        company = self.clients.companies[company_id]
        only, *others = self.names(company.users)
        facts = {words: met(company, self.since(period)) for period, words in LENGTHS.items()}
        facts["All time"] += f" {lasting(company.person_seconds)} in person-hours"
        return facts | {
            "Strongest relationship": f"{self.strength(company)} ? {self.closest(company)}",
            "Known by": f"{1 + len(others)} colleagues" if others else f"Only {only}",
            "Last met": f"{self.day(last(company))}, {self.clock(last(company))}",
            "First met": self.day(first(company)),
            "Their people": str(len(company.emails)),
        }

    def person_row(self, email: str) -> Row:
        person, company_id = self.clients.people[email], self.clients.company_of[email]
        return [
            f"{self.clients.names[email]} {email}", self.company(company_id) or "–",
            f"{self.strength(person)} {self.closest(person)}".rstrip(), self.day(last(person)),
            str(len(person.arrivals)), lasting(person.person_seconds),
        ]  # fmt: skip

    def person_line(self, email: str) -> Row:
        person, company_id = self.clients.people[email], self.clients.company_of[email]
        strength = person.strongest(self.now)[0]
        return [
            self.clients.names[email], "no", email, self.company(company_id), self.closest(person),
            f"{strength:.1f}", grade(strength), self.written(first(person)),
            self.written(last(person)), str(len(person.arrivals)), hours(person.person_seconds),
        ]  # fmt: skip

    def person_facts(self, email: str) -> dict[str, str]:
        person, company_id = self.clients.people[email], self.clients.company_of[email]
        return {
            "Company": self.company(company_id) or "None",
            "Strongest relationship": (
                f"{self.strength(person)} ? {self.closest(person)}".rstrip()
            ),
            "Sessions": str(len(person.arrivals)),
            "Person-hours": lasting(person.person_seconds),
            "Last met": f"{self.day(last(person))}, {self.clock(last(person))}",
            "First met": self.day(first(person)),
        }

    def meeting_rows(self, client: Client, *, of_company: bool) -> list[Row]:
        """Of the table of meetings, the latest first."""
        found = []
        for uuid, pairs in sorted(client.meetings().items(), key=latest_first):
            start, theirs = met_at(pairs), sorted({one.email for one in pairs})
            named = [self.clients.names[one] + self._shared(one) for one in theirs]
            row = [f"{self.day(start)} {self.clock(start)}", uuid, self.ours(client, uuid, " , ")]
            found.append(row + [" , ".join(sorted(named)), lasting(seconds(pairs))] * of_company)
        return found

    def meeting_lines(self, company: Client) -> list[Row]:
        found = []
        for uuid, pairs in sorted(company.meetings().items(), key=latest_first):
            users, theirs = {one.user_id for one in pairs}, {one.email for one in pairs}
            found.append([
                self.written(met_at(pairs)), uuid, "meetings", str(round(seconds(pairs) / 60, 1)),
                str(len(users)), str(len(theirs)), self.ours(company, uuid, ", "),
                ", ".join(sorted(self.clients.names[one] for one in theirs)),
            ])  # fmt: skip
        return found

    def tie_rows(self, client: Client) -> list[Row]:
        """The strongest first."""
        ties = [(user_id, client.of(user_id)) for user_id in client.closest(self.now)]
        return [
            [
                *self.names([user_id]), self.strength(own), str(len(own.meetings())),
                lasting(own.person_seconds), self.day(own.last_pair_at),
            ]
            for user_id, own in ties
        ]  # fmt: skip

    def tie_lines(self, period: str) -> list[Row]:
        found = []
        for company_id, company in self.clients.companies.items():
            for user_id in company.users:
                own = company.of(user_id)
                strength = company.strength(user_id, self.now)
                # A meeting may begin before the period and for somebody in it.
                meetings = {one.uuid for one in own.pairs if one.at >= self.since(period)}
                found.append([
                    self.company(company_id), domain(company), *self.names([user_id]),
                    str(len(meetings)), hours(own.person_seconds), f"{strength:.1f}",
                    grade(strength), self.written(own.last_pair_at),
                ])  # fmt: skip
        return sorted(found)

    def weight_rows(self, client: Client, *, of_company: bool) -> list[Row]:
        rows = [
            [
                f"{one.uuid} {self.day(one.at)}, {self.clock(one.at)}", *self.names([one.user_id]),
                *([self.clients.names[one.email] + self._shared(one.email)] * of_company),
                f"{lasting(seconds([one]))} {one.people} people in the session",
                f"{one.weight:.1f} {one.weight_at(self.now):.1f} now",
            ]
            for one in client.pairs
        ]  # fmt: skip
        return sorted(rows)

    def matrix(self, period: str) -> tuple[list[str], list[Row], list[str]]:
        """The companies, the cells of each user, and who knows each company."""
        companies = sorted(self.clients.companies.items(), key=lambda one: self.company(one[0]))
        users = {user for _, company in companies for user in company.users}
        rows = []
        for name, user_id in sorted((self.names([user])[0], user) for user in users):
            cells = []
            for _, company in companies:
                own = company.of(user_id)
                meetings = {one.uuid for one in own.pairs if one.at >= self.since(period)}
                said = f"{len(meetings)} , {grade(company.strength(user_id, self.now))}"
                first_of_all = company.closest(self.now)[0] == user_id
                said += ", strongest relationship" * first_of_all
                cells.append(said if own.pairs else "· None")
            rows.append([name, *cells])
        known = [(len(company.users), self.names(company.users)[0]) for _, company in companies]
        return (
            [self.company(company_id) for company_id, _ in companies],
            rows,
            [f"{count} people" if count > 1 else f"only {name}" for count, name in known],
        )

    def company_bars(self, company: Client) -> tuple[str, str]:
        weeks = [(monday, sum(times)) for monday, times in self.weeks(company)]
        bars = "; ".join(f"week of {monday}: {in_hours(time)}" for monday, time in weeks)
        total = lasting(sum(time for _, time in weeks))
        since = f"Since Monday, {weeks[0][0]}: {total}. The last bar is this week so far."
        return f"Hours by week, {bars}", since

    def person_bars(self, person: Client) -> tuple[str, str]:
        weeks = self.weeks(person)
        bars = "; ".join(f"week of {monday}: {len(times)}" for monday, times in weeks)
        since = f"Since Monday, {weeks[0][0]}. The last bar is this week so far."
        return f"Sessions by week, {bars}", since

    def weeks(self, client: Client) -> list[tuple[str, list[int]]]:
        """Of each of twelve weeks the Monday, and the seconds of each meeting that began in it."""
        today = self.now.astimezone(self.reader).date()
        found = []
        for weeks_ago in reversed(range(12)):
            monday = today - timedelta(days=today.weekday() + 7 * weeks_ago)
            start, end = span(monday, monday + timedelta(days=6), self.reader)
            meetings = client.meetings(start).values()
            found.append((
                f"{monday.day} {monday:%b}",
                [seconds(pairs) for pairs in meetings if met_at(pairs) < end],
            ))  # fmt: skip
        return found

    def company(self, company_id: str | None) -> str:
        return self.clients.reckoning.companies[company_id] if company_id else ""

    def names(self, users: Sequence[str]) -> list[str]:
        return [self.clients.reckoning.names[user_id] for user_id in users]

    def ours(self, client: Client, uuid: str, between: str) -> str:
        users = {one.user_id for one in client.meetings()[uuid]}
        return between.join(sorted(self.names(sorted(users))))

    def strength(self, client: Client) -> str:
        value = client.strongest(self.now)[0]
        return f"{'&lt; 1' if 0 < value < 0.5 else round(value)} {grade(value)}"

    def closest(self, client: Client) -> str:
        user_id = client.strongest(self.now)[1]
        return self.names([user_id])[0] if user_id else ""

    def _shared(self, email: str) -> str:
        return " (shared address)" if email in self.clients.shared_addresses else ""

    def day(self, moment: datetime) -> str:
        local = moment.astimezone(self.reader)
        return f"{local.day} {local:%b %Y}"

    def clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.reader):%H:%M}"

    def written(self, moment: datetime) -> str:
        """In files."""
        return f"{moment.astimezone(self.reader):%Y-%m-%d %H:%M}"


def met(company: Client, since: datetime) -> str:
    count, time = len(company.meetings(since)), company.seconds(since)
    time = time if time < 36000 else 3600 * round(time / 3600)
    return f"{lasting(time)} in {count} session{'s' * (count > 1)}" if count else "None"


def first(client: Client) -> datetime:
    return min(client.arrivals)


def last(client: Client) -> datetime:
    return max(client.arrivals)


def latest_first(meeting: tuple[str, list[Pair]]) -> float:
    return -met_at(meeting[1]).timestamp()


def domain(company: Client) -> str:
    return company.emails[0].partition("@")[2]


def hours(seconds_of_it: int) -> str:
    """In files."""
    return str(round(seconds_of_it / 3600, 2))


def in_hours(seconds_of_it: int) -> str:
    """Above a bar."""
    value = f"{seconds_of_it / 3600:.{0 if seconds_of_it >= 36000 else 1}f}"
    return "&lt;0.1" if value == "0.0" and seconds_of_it else "0" if value == "0.0" else value
