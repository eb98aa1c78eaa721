"""The choices that a form asks for: of ticked rows, of all suggestions, or of all rooms."""

from dataclasses import dataclass

import psycopg

from integration.web.page.addresses import LONGEST_BACK, address, query_of
from integration.web.page.listing import SEARCH_LIMIT
from integration.web.page.visit import Visit
from integration.web.users.bulk.choices import BY_EMAIL, NOBODY, Choice, decoded
from integration.web.users.bulk.chosen import Chosen, all_suggested
from integration.web.users.bulk.profiles import WORDS, Typed, profiles_typed
from integration.web.users.bulk.suggestions import Suggestion, suggestions_of

TYPED = "to:"  # a row's field for another profile is called to:ZOOM_USER_ID
TICKED = "ticked"  # in the address of the list
LONGEST_TEXT = 320
NO_PROFILE = "there is no suggestion, and no WorkSights user was chosen"


@dataclass(frozen=True)
class Asked:
    """`chosen` is what the choices' plan needs to know; None if it has not been read yet."""

    choices: list[Choice]
    chosen: list[Chosen] | None = None


def asked_of(visit: Visit, connection: psycopg.Connection) -> Asked:
    """The choices of a form of the list, or those that a preview carries."""
    if visit.field("choices"):
        return Asked(decoded(visit.field("choices")))
    what = visit.field("what")
    if what in ("all-suggested", "all-rooms"):
        chosen = all_suggested(
            connection,
            organization_id=visit.viewer.organization_id,
            are_rooms=what == "all-rooms",
            search=visit.field("q")[:SEARCH_LIMIT],
        )
        return Asked([Choice(one.zoom_user_id, one.to) for one in chosen], chosen)
    if what in ("nobody", "by-email"):
        to = NOBODY if what == "nobody" else BY_EMAIL
        return Asked([Choice(one, to) for one in _ticked(visit)])
    return Asked(_rows_of_the_list(visit, connection))


def _rows_of_the_list(visit: Visit, connection: psycopg.Connection) -> list[Choice]:
    """What was typed into rows, and the suggestions of ticked ones."""
    organization_id = visit.viewer.organization_id
    suggested = suggestions_of(connection, organization_id=organization_id)
    typed = _typed(visit)
    profiles = profiles_typed(connection, typed.values(), organization_id=organization_id)
    chosen = dict.fromkeys([*_ticked(visit), *typed])
    return [_choice(one, typed.get(one, ""), profiles, suggested.get(one)) for one in chosen]


def with_entries(visit: Visit) -> str:
    """The query of the list with the rows that its form has ticked and filled in, as far as an
    address has room for them. It is what the preview and its way back to the list carry.
    """
    back = visit.field("back")
    ticked, typed = _ticked(visit), {f"{TYPED}{one}": text for one, text in _typed(visit).items()}
    for entries in ({TICKED: " ".join(ticked), **typed}, {TICKED: " ".join(ticked)}):
        query = address("", {**query_of(back), **entries}).removeprefix("?")
        if len(query) <= LONGEST_BACK and (ticked or typed):
            return query
    return back


def entered_in(visit: Visit) -> tuple[frozenset[str], dict[str, str]]:
    """What such a query says: the ticked rows, and the texts by row."""
    values = visit.request.query_params.items()
    typed = {name.removeprefix(TYPED): value for name, value in values if name.startswith(TYPED)}
    return frozenset(visit.query(TICKED).split()), typed


def choice_of_text(zoom_user_id: str, text: str, profiles: dict[str, Typed]) -> Choice:
    """The choice that a text means: an email, a name, or one of WORDS."""
    if text.lower() in WORDS:
        return Choice(zoom_user_id, WORDS[text.lower()])
    found = profiles[text]
    return Choice(zoom_user_id, found.user_id or "", found.problem)


def _choice(
    zoom_user_id: str, text: str, profiles: dict[str, Typed], suggestion: Suggestion | None
) -> Choice:
    if text:
        return choice_of_text(zoom_user_id, text, profiles)
    if suggestion and suggestion.is_suggested and suggestion.user_id:
        return Choice(zoom_user_id, suggestion.user_id)
    return Choice(zoom_user_id, "", NO_PROFILE)


def _ticked(visit: Visit) -> list[str]:
    return [str(one) for one in visit.form.getlist("zoom_user")]


def _typed(visit: Visit) -> dict[str, str]:
    fields = {
        name.removeprefix(TYPED): " ".join(str(value)[:LONGEST_TEXT].split())
        for name, value in visit.form.multi_items()
        if name.startswith(TYPED)
    }
    return {name: text for name, text in fields.items() if text}
