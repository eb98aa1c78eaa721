"""What all pages of People and domains have in common: their tabs, and the change just saved."""

from typing import Any

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.web.domains.asked import Asked, InvalidChange
from integration.web.domains.history import PastChange, id_in, past_changes
from integration.web.domains.stored import Stored
from integration.web.page.visit import Visit

PATH = "/services/zoom/domains"
COMPANIES, COMPANY, RULES, TRY, CHANGE, UNDO = (
    f"{PATH}/{name}" for name in ("companies", "company", "rules", "try", "change", "undo")
)
TABS = (
    ("Own domains", PATH),
    ("Companies", COMPANIES),
    ("Exclusions", "/services/zoom/privacy/exclusions"),
    ("Rules", RULES),
    ("Try an address", TRY),
)


def sees_clients(visit: Visit) -> bool:
    """Whether the viewer may see which companies and how many people their colleagues meet. Anyone
    who may not could use this page to ask about anyone.
    """
    return visit.may(Right.SEE_CLIENTS) and not visit.privacy.shows_groups_only


def just_saved(visit: Visit, connection: psycopg.Connection, stored: Stored) -> PastChange | None:
    """The change that the address says was just saved, if it can be undone."""
    entry_id = id_in(visit.query("saved"))
    if entry_id is None:
        return None
    found = past_changes(connection, visit.viewer.organization_id, entry_id=entry_id)
    return found[0] if found and found[0].can_be_undone(stored) else None


def render(
    visit: Visit,
    template: str,
    *,
    current: str,
    asked: Asked | None = None,
    invalid: InvalidChange | None = None,
    **context: Any,
) -> Response:
    """A page of this area. With `invalid`, its form is shown again with what was entered."""
    return visit.render(
        f"domains/{template}",
        status=400 if invalid else 200,
        tabs=TABS,
        current=current,
        asked=asked or Asked(),
        invalid=invalid,
        **context,
    )


def not_ready(visit: Visit, current: str) -> Response:
    """Before the first batch of the installation."""
    return visit.render("domains/not_ready.html", tabs=TABS, current=current)
