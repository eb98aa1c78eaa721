"""Which groups may be shown while single people are not (contract, 5.17: `grouped`).

A figure is shown only if it is about at least five active users, and so is every difference of
figures that are shown. Teams are nested: if a department of six and its team of five were both
shown, their difference would be one person.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

SMALLEST_GROUP = 5


def teams_shown(
    manager_of: Mapping[str, str | None], active: Collection[str]
) -> dict[str | None, frozenset[str]]:
    """Manager -> the active users of their team, for the teams that may be shown. A team is
    everybody who reports to the manager, directly or through others. None is the whole
    organization.

    `manager_of` maps each user to their manager. If the difference of nested teams would be too
    small, the outer one is shown. Users whose managers report to each other are in no team.
    """
    reports = _reports(manager_of)
    teams: dict[str | None, frozenset[str]] = {}
    shown: dict[str | None, list[str]] = {}  # with the largest shown teams within each
    visible: dict[str | None, list[str]] = {}  # the largest shown teams, this one or within it
    for manager in _innermost_first(reports):
        of_it = reports[manager]
        users = {user for user in of_it if user in active}
        teams[manager] = frozenset(users.union(*(teams[user] for user in of_it if user in teams)))
        inner = [each for user in of_it for each in visible.get(user, [])]
        visible[manager] = inner
        if len(teams[manager]) < SMALLEST_GROUP:
            continue
        while 0 < _left(teams, manager, inner) < SMALLEST_GROUP:
            smallest = min(inner, key=lambda each: (len(teams[each]), each))
            inner.remove(smallest)
            inner += shown.pop(smallest)
        shown[manager] = inner
        visible[manager] = [] if manager is None else [manager]
    return {manager: teams[manager] for manager in shown}


def _reports(manager_of: Mapping[str, str | None]) -> dict[str | None, list[str]]:
    """Manager -> who reports to them directly. A manager who is not a user counts as none."""
    reports: dict[str | None, list[str]] = defaultdict(list)
    for user, manager in sorted(manager_of.items()):
        reports[manager if manager in manager_of else None].append(user)
    return reports


def _innermost_first(reports: Mapping[str | None, list[str]]) -> list[str | None]:
    """The managers, each after those who report to them."""
    found: list[str | None] = []
    waiting: list[str | None] = [None]
    while waiting:
        manager = waiting.pop()
        if manager in reports:
            found.append(manager)
            waiting += reports[manager]
    return found[::-1]


def _left(teams: Mapping[str | None, frozenset[str]], manager: str | None, inner: list[str]) -> int:
    """The number of the team's users who are in none of the shown teams within it."""
    return len(teams[manager].difference(*(teams[each] for each in inner)))
