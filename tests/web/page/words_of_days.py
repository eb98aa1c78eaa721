"""What a user's day and week should show of each entry, in plain Python."""

from collections import Counter
from datetime import date, datetime, timedelta

from tests.web.page.reckoning import Participant, Stay, both, days, lasting, length, span
from tests.web.page.reckoning_of_clients import Clients

MOMENT = timedelta(seconds=1)


class Days:
    """A user's days, by their own clock."""

    def __init__(self, clients: Clients, user_id: str) -> None:
        self.clients, self.reckoning, self.user_id = clients, clients.reckoning, user_id
        self.zone = self.reckoning.zones[user_id]

    def sessions(self, day: date) -> list[tuple[str, list[Stay]]]:
        """Those of which the user saw a part on that day, by their times."""
        midnights = [span(day, day, self.zone)]
        there = [one for one in self._entries() if both(one[1], midnights)]
        return sorted(there, key=lambda one: (one[1][0][0], one[1][-1][1]))

    def entries(self, day: date) -> list[list[str]]:
        """As `entries_of` reads them."""
        found, midnights = [], span(day, day, self.zone)
        for uuid, stays in self.sessions(day):
            start, end, total = stays[0][0], stays[-1][1], length(stays)
            is_cut = start < midnights[0] or end > midnights[1]
            companies = [f" · {name}" for name in self._companies(uuid)]
            found.append([
                uuid + "".join(companies[:3]),
                f"{self._clock(start)} – {self._clock(end)}, {lasting(total)}",
                lasting(length(both(stays, [midnights]))) if is_cut else "",
                *self._others(uuid, stays, total),
            ])  # fmt: skip
        return found

    def week(self, monday: date) -> dict[str, list[str]]:
        """As `days_of` reads it."""
        found = {}
        for day in days(monday, 7):
            entries = []
            for uuid, stays in self.sessions(day):
                first, *more = [*self._companies(uuid), ""]
                outside = len(self._outside(uuid))
                company = f" · {first}" * bool(first) + f" +{len(more) - 1}" * (len(more) > 1)
                entries.append(
                    f"{self._clock(stays[0][0])} {uuid}{company}"
                    + f" {outside} external" * bool(outside)
                )
            if entries:
                found[f"{day:%A} {day.day} {self._total(day)}"] = entries
        return found

    def summary(self, day: date) -> list[str]:
        if not self.sessions(day):
            return []
        external = self.reckoning.seconds(self.user_id, [day], external=True)
        outside = f"{lasting(external)} of it" if external else "None of it"
        return [f"{self._total(day)} in sessions", f"{outside} with external people."]

    def nearest(self, day: date) -> list[str]:
        """The last day before and the first after this one with entries."""
        there = self._entries()
        every = sorted({
            one.astimezone(self.zone).date()
            for _, stays in there for start, end in stays for one in (start, end - MOMENT)
        })  # fmt: skip
        before, after = (
            [one for one in every if one < day][-1:],
            [one for one in every if one > day],
        )
        labels = [("Previous" if after else "Last", one) for one in before]
        labels += [("Next", one) for one in after[:1]]
        return [
            f"{label} day with entries: {one:%a} {one.day} {one:%b}, {self._total(one)}"
            for label, one in labels
        ]

    def _total(self, day: date) -> str:
        count, time = len(self.sessions(day)), self.reckoning.seconds(self.user_id, [day])
        return f"{count} entr{'ies' if count > 1 else 'y'}, {lasting(time)}"

    def _entries(self) -> list[tuple[str, list[Stay]]]:
        return [
            (one.uuid, self.reckoning.stays[one.uuid, one.email])
            for one in self.reckoning.participants
            if one.user_id == self.user_id and one.outcome == "activity"
        ]

    def _outside(self, uuid: str) -> list[Participant]:
        return [
            one
            for one in self.reckoning.participants
            if one.uuid == uuid and one.affiliation == "external"
        ]

    def _companies(self, uuid: str) -> list[str]:
        """That of most people first."""
        there = Counter(one.company_id for one in self._outside(uuid) if one.company_id)
        names = {self.reckoning.companies[one]: count for one, count in there.items()}
        return sorted(names, key=lambda name: (-names[name], name))

    def _others(self, uuid: str, own: list[Stay], total: int) -> list[str]:
        found = []
        for one in self.reckoning.participants:
            if one.uuid != uuid or one.user_id == self.user_id:
                continue
            name, side = self.clients.names.get(one.email), "External"
            if one.user_id:
                name, side = self.reckoning.names[one.user_id], "Colleagues"
            elif one.company_id:
                name = f"{name} , {self.reckoning.companies[one.company_id]}"
            if one.email in self.clients.shared_addresses:
                name += " (shared address)"
            together = length(both(own, self.reckoning.stays[uuid, one.email]))
            met = lasting(together) if together else "not at the same time"
            is_said = together + 60 <= total
            found.append((side != "External", -together, f"{side}: {name}" + f" {met}" * is_said))
        return [words for _, _, words in sorted(found)]

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%H:%M}"
