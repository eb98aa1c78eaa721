"""What each form sends. A new form needs a line here."""

from tests.web.page.site import user_id_of
from tests.web.page.story import PARALLEL

MANAGER, ADMIN = user_id_of("manager"), user_id_of("admin")
EARLIER = {"since": "day", "day": PARALLEL}
FORMS: dict[str, dict[str, str]] = {
    "/sign-in": {"token": "made-up"},
    "/sign-out": {},
    "/mailed-link": {"email": "nobody@nowhere.example"},
    "/account/sessions/end": {"session": "1"},
    "/account/sessions/end-others": {},
    "/account/pause": {"to": "on"},
    "/account/private": {"session_id": "of-somebody-else", "to": "private"},
    "/account/digest": {"to": "on"},
    "/digest/stop": {"token": "made-up"},
    "/account/erasure": {"to": "ask"},
    "/notice": {},
    "/services/zoom/users/bulk": {"what": "nobody", "zoom_user": "{zoom_user_id}"},
    "/services/zoom/users/bulk/save": {"what": "nobody", "zoom_user": "zu-acme-manager"},
    "/services/zoom/users/upload": {"file": "zoom_user_id,user_email\nzu-acme-member,nobody"},
    "/services/zoom/users/undo/{change_id}": {},
    "/services/zoom/users/{zoom_user_id}/change": {"to": MANAGER, **EARLIER},
    "/services/zoom/users/{zoom_user_id}/request": {"request": "{request}", "decision": "declined"},
    "/services/zoom/features/organization/change": {"feature": "phone", "to": "off", **EARLIER},
    "/services/zoom/features/users/{user_id}/change": {
        "feature": "meetings", "to": "off", **EARLIER,
    },
    "/services/zoom/features/press": {"press": "off webinars {user_id}"},
    "/services/zoom/features/many": {
        "feature": "all", "to": "off", "user": "{user_id}", "seen": "2999-01-01T00:00Z", **EARLIER,
    },
    "/services/zoom/features/undo": {"change": "of-another-day"},
    "/services/zoom/notifications/test": {},
    "/services/zoom/overview/reviewed": {},
    "/services/zoom/overview/check-address": {},
    "/services/zoom/overview/test-meeting/start": {},
    "/services/zoom/connections/{connection_id}": {"label": "Acme", "owner": ADMIN},
    "/services/zoom/domains/try": {"address": "cleo@client-one.com"},
    "/services/zoom/domains/change": {"do": "no_company", "domain": "client-one.com"},
    "/services/zoom/domains/undo": {"entry": "{entry}"},
    "/services/zoom/connections/{connection_id}/import": {},
    "/services/zoom/connections/{connection_id}/disconnect": {},
    "/services/zoom/privacy/exclusions/add": {
        "kind": "email_or_domain", "text": "union.example", "level": "hide",
    },
    "/services/zoom/privacy/exclusions/remove": {"exclusion_id": "{exclusion}"},
    "/services/zoom/privacy/{name}": {"to": "participants"},
    "/clients/people/{person_id}/name": {"name": "Cleo"},
}  # fmt: skip
