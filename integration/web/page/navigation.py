"""What stands in the navigation. An entry is shown when its route is there and the viewer may use
it: the rights are the routes' own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integration.web.page.visit import Visit


@dataclass(frozen=True)
class Entry:
    label: str
    path: str


GROUPS = {
    "": (Entry("Services", "/services"),),
    "Zoom": (
        Entry("Overview", "/services/zoom/overview"),
        Entry("Users", "/services/zoom/users"),
        Entry("Features", "/services/zoom/features"),
        Entry("Connections", "/services/zoom/connections"),
    ),
    "Activity": (
        Entry("Timeline", "/timeline"),
        Entry("Clients", "/clients"),
        Entry("Missing", "/missing"),
    ),
}
# Where a viewer begins: the first of these that they may see. Everybody may see their account.
STARTS = ("/services/zoom/overview", "/timeline", "/account")


def navigation(visit: "Visit") -> dict[str, list[Entry]]:
    """The groups with what this viewer may see of them; none is empty."""
    seen = {
        group: [entry for entry in entries if is_open(visit, entry.path)]
        for group, entries in GROUPS.items()
    }
    return {group: entries for group, entries in seen.items() if entries}


def start_page(visit: "Visit") -> str:
    return next(path for path in STARTS if is_open(visit, path))


def is_current(visit: "Visit", entry: Entry) -> bool:
    """Whether the viewer is on the entry's page, or on one below it that has no entry itself."""
    here = visit.request.url.path
    covering = [
        known.path
        for entries in GROUPS.values()
        for known in entries
        if here == known.path or here.startswith(f"{known.path}/")
    ]
    return entry.path == max(covering, key=len, default="")


def is_open(visit: "Visit", path: str) -> bool:
    right = visit.page.rights.get(path)
    return right is not None and visit.may(right)
