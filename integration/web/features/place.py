"""Where the Features page is, and where its forms lead back to."""

from urllib.parse import quote

from integration.web.page.addresses import address, back_to
from integration.web.page.visit import Visit

PATH = "/services/zoom/features"
OF_ORGANIZATION, OF_USER = PATH + "/organization", PATH + "/users/{user_id}"
CHANGES = {name: f"/services/zoom/overview{rest}" for name, rest in (
    ("overview", ""), ("changes", "/changes"))}  # fmt: skip


def place_of(visit: Visit) -> str:
    """The address that a form names as its `place`: a list of changes, the features of the
    organization or of one user ("users/ID"), or else the list of everybody.
    """
    place, back = visit.field("place"), visit.field("back")
    if place in CHANGES:
        return CHANGES[place]
    kind, _, user_id = place.partition("/")
    if place == "organization" or (kind == "users" and user_id):
        path = OF_USER.format(user_id=quote(user_id, safe="")) if user_id else OF_ORGANIZATION
        return address(path, {"back": back})
    return back_to(PATH, back)
