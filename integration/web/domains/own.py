"""`/services/zoom/domains`: the organization's own domains, settings without effect, and the latest
changes.
"""

from starlette.responses import Response

from integration.directory.rights import Right
from integration.web.domains.asked import LONGEST_DOMAIN, Asked, InvalidChange
from integration.web.domains.frame import PATH, just_saved, not_ready, render
from integration.web.domains.history import past_changes
from integration.web.domains.plans import without_effect
from integration.web.domains.situation import is_ready, read_situation
from integration.web.domains.words import SOURCES
from integration.web.page.visit import PageRoute, Shows, Visit


def own_domains(
    visit: Visit, asked: Asked | None = None, invalid: InvalidChange | None = None
) -> Response:
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        if not is_ready(connection):
            return not_ready(visit, PATH)
        now = read_situation(connection, organization_id)
        saved = just_saved(visit, connection, now.stored)
        changes = past_changes(connection, organization_id)
    return render(
        visit,
        "own.html",
        current=PATH,
        asked=asked,
        invalid=invalid,
        domains=now.own_domains(),
        sources=SOURCES,
        without_effect=without_effect(now),
        changes=[(one, one.can_be_undone(now.stored)) for one in changes],
        saved=saved,
        longest=LONGEST_DOMAIN,
    )


PAGES = (PageRoute(PATH, own_domains, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),)
