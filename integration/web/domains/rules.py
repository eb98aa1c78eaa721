"""`/services/zoom/domains/rules`: the rules that an organization may switch off."""

from starlette.responses import Response

from integration.directory.rights import Right
from integration.identity.word_lists import SPECIAL_USE_TLDS
from integration.web.domains.asked import Asked, InvalidChange
from integration.web.domains.frame import RULES, just_saved, not_ready, render
from integration.web.domains.situation import is_ready, read_situation
from integration.web.domains.words import ADMITTED
from integration.web.domains.words import RULES as WORDS
from integration.web.page.visit import PageRoute, Shows, Visit


def rules(
    visit: Visit, asked: Asked | None = None, invalid: InvalidChange | None = None
) -> Response:
    with visit.transaction() as connection:
        if not is_ready(connection):
            return not_ready(visit, RULES)
        now = read_situation(connection, visit.viewer.organization_id)
        saved = just_saved(visit, connection, now.stored)
    return render(
        visit,
        "rules.html",
        current=RULES,
        asked=asked,
        invalid=invalid,
        rules=WORDS,
        off=now.rules.flags_off,
        admitted=ADMITTED,
        endings=sorted(now.rules.admitted_tlds),
        possible=sorted(SPECIAL_USE_TLDS),
        saved=saved,
    )


PAGES = (PageRoute(RULES, rules, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),)
