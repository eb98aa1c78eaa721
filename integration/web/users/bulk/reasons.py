"""Why a profile is suggested, or why none is, in words for the list and the file."""

from integration.quantities import quantity
from integration.web.users.bulk.suggestions import Suggestion


def reason_in_words(one: Suggestion) -> str:
    match one.reason:
        case "alias":
            return "Same alias at one of your domains"
        case "name":
            return "Same name, only match"
        case "several":
            return f"{quantity(one.people, 'person', 'people')} with that name"
        case "taken":
            return f"{one.full_name} already has a Zoom user"
        case "two_zoom_users":
            return f"Several Zoom users match {one.full_name}"
        case "two_profiles":
            return "Name and alias match different people"
        case "room":
            return "Looks like a room or device"
        case _:
            return "No match"
