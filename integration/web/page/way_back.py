"""The way back from a refused form or address, to a page that still has what was entered.

Pages that show their own form again need none. Of what was entered, only those fields get into an
address that its page takes from its address: no token, no name of a person, no file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request

from integration.web.page.addresses import LONGEST_BACK, OF_LIST, address, query_of
from integration.web.page.navigation import GROUPS
from integration.web.page.refusals import START, Link, Refusal

REFUSED = (400, 404, 409, 413)
LONGEST_VALUE, LONGEST_ID = 320, 200


@dataclass(frozen=True)
class Way:
    """A page to lead back to. `path` has the names of the refused address, such as {user_id};
    `fields` are those that the page takes from its address.
    """

    label: str
    path: str
    fields: tuple[str, ...] = ()
    place: str = ""

    def link(self, ids: Mapping[str, str], entered: Mapping[str, str]) -> Link:
        path = self.path.format(**{name: quote(value, safe="") for name, value in ids.items()})
        kept = {name: entered[name] for name in self.fields if name in entered}
        place = f"#{self.place}" if self.place else ""
        return Link(f"Back to {self.label}", address(path, kept) + place)


_ACCOUNT, _DOMAINS = ("your account", "/account"), "/services/zoom/domains"
_EXCLUSIONS = "/services/zoom/privacy/exclusions"
# The refused route -> the page with its form, if that is not the page of the menu above it.
WAYS = {
    "/account/digest": Way(*_ACCOUNT),
    "/account/erasure": Way(*_ACCOUNT, place="erasure"),
    "/account/pause": Way(*_ACCOUNT, place="pausing"),
    "/account/private": Way(*_ACCOUNT, place="pausing"),
    "/account/sessions/end": Way(*_ACCOUNT, place="sessions"),
    "/services/zoom/users/upload": Way("the upload", "/services/zoom/users/upload"),
    "/services/zoom/features/organization/change": Way(
        "the organization's features", "/services/zoom/features/organization", ("back",)
    ),
    "/services/zoom/domains/try": Way("the form", f"{_DOMAINS}/try"),
    f"{_EXCLUSIONS}/add": Way("the preview", f"{_EXCLUSIONS}/add", ("kind", "text", "level")),
    f"{_EXCLUSIONS}/remove": Way("Exclusions", _EXCLUSIONS),
    "/services/zoom/privacy/{name}": Way(
        "the setting", "/services/zoom/privacy/{name}", ("to", "months")
    ),
    "/clients/companies.csv": Way("Clients", "/clients", OF_LIST),
    "/clients/relationships.csv": Way("Clients", "/clients", OF_LIST),
    "/clients/people.csv": Way("the list", "/clients/people", OF_LIST),
    "/team": Way("Team", "/team", ("week", "month", "from", "sort")),
    "/team.csv": Way("Team", "/team", ("week", "month", "from", "team", "sort")),
}
# For all other forms, and where the page with the form may not exist.
_LISTS = ("/services/zoom/users", "/services/zoom/features")
_MENU = {
    item.path: Way(item.label, item.path, OF_LIST if item.path in _LISTS else ())
    for items in GROUPS.values()
    for item in items
}


def with_way_back(refusal: Refusal, request: Request, form: FormData) -> Refusal:
    """The refusal with a link back to where the values were entered, unless it has a better one."""
    is_form = request.method == "POST"
    if refusal.status not in REFUSED or refusal.link is not START:
        return refusal
    way = WAYS.get(route_of(request))
    if is_form and (way is None or (refusal.status == 404 and "{" in way.path)):
        way = _menu_above(request.url.path)
    ids: Mapping[str, str] = request.path_params
    if way is None or any("\0" in one or len(one) > LONGEST_ID for one in ids.values()):
        return refusal
    link = way.link(ids, _entered(form if is_form else request.query_params))
    if is_form and refusal.status == 404:
        return Refusal(
            404,
            title="Nothing was changed",
            text="What this form is about does not exist, or has been removed.",
            next_step="Go back and choose again.",
            link=link,
        )
    return Refusal(
        refusal.status,
        title=refusal.title,
        text=refusal.text,
        next_step=refusal.next_step,
        link=link,
    )


def route_of(request: Request) -> str:
    """The path of the route that answers, with names such as {user_id}; empty if none does."""
    endpoint = request.scope.get("endpoint")
    routes: Iterable[object] = getattr(request.scope.get("router"), "routes", ())
    found = (one for one in routes if getattr(one, "endpoint", None) is endpoint)
    return str(getattr(next(found, None), "path", "")) if endpoint else ""


def _menu_above(path: str) -> Way | None:
    above = [menu for menu in _MENU if path.startswith(f"{menu}/")]
    return _MENU[max(above, key=len)] if above else None


def _entered(values: FormData | QueryParams) -> dict[str, str]:
    """The values that are texts, with those of the list that a form carries as `back`."""
    texts = {name: value for name, value in values.multi_items() if isinstance(value, str)}
    of_list = query_of(texts.get("back", ""))
    return {
        name: value
        for name, value in {**texts, **of_list}.items()
        if value and len(value) <= (LONGEST_BACK if name == "back" else LONGEST_VALUE)
    }
