"""The navigation menu. An item is shown if its route exists and the viewer has its right."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integration.web.page.visit import Visit


@dataclass(frozen=True)
class MenuItem:
    label: str
    path: str


GROUPS = {
    "Activity": (
        MenuItem("Team", "/team"),
        MenuItem("Timeline", "/timeline"),
        MenuItem("Clients", "/clients"),
        MenuItem("Missing", "/missing"),
    ),
    "Integrations": (MenuItem("Services", "/services"),),
    "Zoom": (
        MenuItem("Overview", "/services/zoom/overview"),
        MenuItem("Users", "/services/zoom/users"),
        MenuItem("Features", "/services/zoom/features"),
        MenuItem("Connections", "/services/zoom/connections"),
        MenuItem("Notifications", "/services/zoom/notifications"),
        MenuItem("People and domains", "/services/zoom/domains"),
        MenuItem("Privacy", "/services/zoom/privacy"),
    ),
}
# A viewer's start page is the first of these that they may see. All viewers may see their account.
STARTS = ("/team", "/services/zoom/overview", "/timeline", "/account")


def navigation(visit: "Visit") -> dict[str, list[MenuItem]]:
    """The groups with the items that this viewer may see, without empty groups."""
    seen = {
        group: [item for item in items if is_open(visit, item.path)]
        for group, items in GROUPS.items()
    }
    return {group: items for group, items in seen.items() if items}


def start_page(visit: "Visit") -> str:
    return next(path for path in STARTS if is_open(visit, path))


def is_current(visit: "Visit", item: MenuItem) -> bool:
    """Whether the viewer is on the item's page, or on a page below it that has no item itself."""
    here = visit.request.url.path
    covering = [
        known.path
        for items in GROUPS.values()
        for known in items
        if here == known.path or here.startswith(f"{known.path}/")
    ]
    return item.path == max(covering, key=len, default="")


def current_label(visit: "Visit") -> str:
    """The item on whose page the viewer is; empty if it is none of theirs."""
    items = [item for items in navigation(visit).values() for item in items]
    return next((item.label for item in items if is_current(visit, item)), "")


def is_open(visit: "Visit", path: str) -> bool:
    right = visit.page.rights.get(path)
    return right is not None and visit.may(right)
