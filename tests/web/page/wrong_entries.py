"""Wrong entries of every form and filter, and where the answer has to keep them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from integration.web.features.selection import MOST_TICKED
from integration.web.users.bulk.choices import MOST_CHOICES
from tests.web.page.site import user_id_of

MEMBER, ADMIN = user_id_of("member"), user_id_of("admin")
USERS, FEATURES = "/services/zoom/users", "/services/zoom/features"
DOMAINS, PRIVACY = "/services/zoom/domains", "/services/zoom/privacy"
EXCLUSIONS, ACCOUNT = f"{PRIVACY}/exclusions", "/account"
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
LONG = "x" * 1600
LIST = "q=of&page=1"
DAY = {"since": "day", "day": TOMORROW}
SELECT = {"feature": "phone", "to": "off", "back": LIST}


@dataclass(frozen=True)
class Wrong:
    """What a form sends, and where the answer has it: the fields `kept` of the form that is shown
    again, of which `at` is marked; or a link to `back`, which has the values `kept` in its address
    and in its fields.
    """

    path: str
    sent: dict[str, str | list[str]]
    status: int = 400
    kept: dict[str, str] = field(default_factory=dict)
    at: str = ""
    back: str = ""

    @property
    def id(self) -> str:
        named = [f"{k}={v[:20] if isinstance(v, str) else len(v)}" for k, v in self.sent.items()]
        return f"{self.path} {' '.join(named)}"


CHANGE, SWITCH = f"{USERS}/{{zoom_user_id}}/change", f"{FEATURES}/users/{{user_id}}/change"
OF_ALL, NAME = f"{FEATURES}/organization/change", "/clients/people/{person_id}/name"
ACCOUNT_OF_ZOOM = "/services/zoom/connections/{connection_id}"
BULK, MANY = f"{USERS}/bulk", f"{FEATURES}/many"
CASES = [
    # One Zoom user
    Wrong(CHANGE, {"to": MEMBER, **DAY, "back": LIST}, kept={**DAY, "to": MEMBER}, at="day"),
    Wrong(CHANGE, {"to": "nobody", "since": "day", "day": "2026-02-31"}, at="day",
          kept={"to": "nobody", "day": "2026-02-31"}),
    Wrong(CHANGE, {"to": "no-such-user", "since": "now", "back": LIST}, 404,
          back=f"{USERS}/{{zoom_user_id}}?back=q%3Dof%26page%3D1"),
    Wrong(f"{USERS}/no-such-user/change", {"to": "nobody", "back": LIST}, 404,
          back=f"{USERS}?{LIST}", kept={"q": "of"}),
    Wrong(f"{USERS}/{{zoom_user_id}}/request", {"request": "{request}", "decision": "perhaps"},
          back=f"{USERS}/{{zoom_user_id}}/request"),
    Wrong(f"{USERS}/{{zoom_user_id}}/request", {"request": "999", "decision": "declined"}, 409,
          back=f"{USERS}/{{zoom_user_id}}"),
    Wrong(f"{USERS}/no-such-user/request", {"decision": "declined"}, 404, back=USERS),
    # Many Zoom users
    Wrong(BULK, {"what": "ticked", "q": "of", "back": "q=of&show=unmapped"},
          back=f"{USERS}?q=of&show=unmapped", kept={"q": "of"}),
    Wrong(BULK, {"what": "nobody", "zoom_user": "no-such-user", "back": LIST}, 404,
          back=f"{USERS}?{LIST}", kept={"q": "of"}),
    Wrong(BULK, {"what": "nobody", "zoom_user": "{zoom_user_id}", **DAY}, kept=DAY, at="day"),
    Wrong(BULK, {"what": "nobody", "zoom_user": [f"zu-{one}" for one in range(MOST_CHOICES)]},
          back=USERS),
    Wrong(f"{BULK}/save", {"what": "nobody", "zoom_user": "{zoom_user_id}", **DAY, "back": LIST},
          kept=DAY, at="day"),
    Wrong(f"{BULK}/save", {"choices": "not-base64!", "back": LIST}, back=f"{USERS}?{LIST}"),
    Wrong(f"{BULK}/save", {"what": "nobody", "back": LIST}, back=f"{USERS}?{LIST}"),
    Wrong(f"{USERS}/upload", {"file": "no such column"}, at="file"),
    Wrong(f"{USERS}/upload", {"file": "zoom_user_id,user_email\nzu-acme-member,"}, at="file"),
    Wrong(f"{USERS}/upload", {"file": "x" * 300_000}, 413, back=f"{USERS}/upload"),
    Wrong(f"{USERS}/undo/999999", {"back": LIST}, 404, back=f"{USERS}?{LIST}"),
    # Features
    Wrong(SWITCH, {"feature": "phone", "to": "off", **DAY, "back": LIST}, at="day",
          kept={**DAY, "feature": "phone", "to": "off", "back": LIST}),
    Wrong(SWITCH, {"feature": "chat", "to": "off", "back": LIST},
          back=f"{FEATURES}/users/{{user_id}}?back=q%3Dof%26page%3D1"),
    Wrong(f"{FEATURES}/users/no-such-user/change", {"feature": "phone", "back": LIST}, 404,
          back=f"{FEATURES}?{LIST}", kept={"q": "of"}),
    Wrong(OF_ALL, {"feature": "phone", "to": "off", **DAY}, kept=DAY, at="day"),
    Wrong(OF_ALL, {"feature": "phone", "to": "sideways"}, back=f"{FEATURES}/organization"),
    Wrong(f"{FEATURES}/press", {"press": "off chat {user_id}", "back": LIST},
          back=f"{FEATURES}?{LIST}", kept={"q": "of"}),
    Wrong(f"{FEATURES}/press", {"press": "sideways", "place": "organization"},
          back=f"{FEATURES}/organization"),
    Wrong(f"{FEATURES}/press", {"press": "off phone removed-since", "back": LIST}, 404,
          back=f"{FEATURES}?{LIST}", kept={"q": "of"}),
    Wrong(MANY, {**SELECT, "since": "day"}, at="everybody",
          kept={"feature": "phone", "since": "day", "q": "of", "back": "q=of"}),
    Wrong(MANY, {**SELECT, "user": [f"u{one}" for one in range(MOST_TICKED)] + [MEMBER]},
          kept={"feature": "phone", "user": MEMBER}, at="everybody"),
    Wrong(MANY, {**SELECT, "user": MEMBER, **DAY}, at="day",
          kept={**DAY, "feature": "phone", "user": MEMBER, "back": LIST}),
    Wrong(MANY, {**SELECT, "feature": LONG, "user": MEMBER}, back=f"{FEATURES}?{LIST}",
          kept={"q": "of"}),
    # Zoom accounts
    Wrong(ACCOUNT_OF_ZOOM, {"label": LONG, "owner": ADMIN}, at="label",
          kept={"label": LONG, "owner": ADMIN}),
    Wrong(ACCOUNT_OF_ZOOM, {"label": "Acme", "owner": "no-such-user"}, at="owner",
          kept={"label": "Acme"}),
    Wrong("/services/zoom/connections/none", {"label": "Acme"}, 404,
          back="/services/zoom/connections"),
    Wrong("/services/zoom/connections/none/import", {}, 404, back="/services/zoom/connections"),
    Wrong("/services/zoom/connections/none/disconnect", {}, 404,
          back="/services/zoom/connections"),
    # People and domains
    Wrong(f"{DOMAINS}/try", {"address": LONG}, kept={"address": LONG}, at="address"),
    Wrong(f"{DOMAINS}/try", {"address": ""}, at="address"),
    Wrong(f"{DOMAINS}/try", {"address": "x" * 300_000}, 413, back=f"{DOMAINS}/try"),
    Wrong(f"{DOMAINS}/change", {"do": "add_own", "domain": "not a domain"}, at="domain",
          kept={"domain": "not a domain"}),
    Wrong(f"{DOMAINS}/change", {"do": "add_own", "domain": LONG}, at="domain",
          kept={"domain": LONG}),
    Wrong(f"{DOMAINS}/change", {"do": "rename", "domain": "client-one.com", "name": LONG},
          kept={"name": LONG}, at="name"),
    Wrong(f"{DOMAINS}/change", {"do": "merge", "domain": "client-one.com", "into": "nowhere"},
          kept={"into": "nowhere"}, at="into"),
    Wrong(f"{DOMAINS}/change", {"do": "endings", "value": "com"}, kept={"value": "com"},
          at="value"),
    Wrong(f"{DOMAINS}/change", {"do": "explode"}, back=DOMAINS),
    Wrong(f"{DOMAINS}/undo", {"entry": "x"}, back=DOMAINS),
    Wrong(f"{DOMAINS}/undo", {"entry": "999999"}, 404, back=DOMAINS),
    # Privacy
    Wrong(f"{EXCLUSIONS}/add", {"kind": "email_or_domain", "text": "not a domain", "level": "hide"},
          kept={"kind": "email_or_domain", "text": "not a domain", "level": "hide"}, at="text"),
    Wrong(f"{EXCLUSIONS}/add", {"kind": "meeting_number", "text": LONG, "level": "hide"},
          kept={"kind": "meeting_number", "text": LONG, "level": "hide"}, at="text"),
    Wrong(f"{EXCLUSIONS}/add", {"kind": "phone_number", "text": "+44 20 7946 0958",
          "level": "hide"}, kept={"kind": "phone_number", "text": "+44 20 7946 0958"}, at="level"),
    Wrong(f"{EXCLUSIONS}/add", {"kind": "planet", "text": "Mars", "level": "hide"},
          kept={"text": "Mars", "level": "hide"}, at="kind"),
    Wrong(f"{EXCLUSIONS}/add", {"kind": "email_or_domain", "text": "acme.example",
          "level": "never_store"}, kept={"text": "acme.example"}, at="text"),
    Wrong(f"{EXCLUSIONS}/add", {"kind": "zoom_user", "text": "zu-x", "level": "never_store"},
          back=f"{EXCLUSIONS}/add?kind=zoom_user&text=zu-x&level=never_store",
          kept={"text": "zu-x"}),
    Wrong(f"{EXCLUSIONS}/remove", {"exclusion_id": "x"}, back=EXCLUSIONS),
    Wrong(f"{EXCLUSIONS}/remove", {"exclusion_id": "999999"}, 404, back=EXCLUSIONS),
    Wrong(f"{PRIVACY}/retention_months", {"to": "months", "months": "0"}, at="months",
          kept={"to": "months", "months": "0"}),
    Wrong(f"{PRIVACY}/retention_months", {"to": "months", "months": "9" * 5000}, at="months",
          kept={"to": "months", "months": "9" * 5000}),
    Wrong(f"{PRIVACY}/topics", {"to": "some"}, kept={"to": "leaders"}, at="to"),
    Wrong(f"{PRIVACY}/phone_numbers", {"to": "none"}, back=f"{PRIVACY}/phone_numbers?to=none",
          kept={"to": "none"}),
    Wrong(f"{PRIVACY}/no-such-setting", {"to": "all"}, 404, back=PRIVACY),
    # Clients
    Wrong(NAME, {"name": LONG}, kept={"name": LONG}, at="name"),
    Wrong(NAME, {"name": "123"}, kept={"name": "123"}, at="name"),
    Wrong("/clients/people/nobody/name", {"name": "Cleo"}, 404, back="/clients"),
    # One's own account
    Wrong("/mailed-link", {"email": "nobody"}, kept={"email": "nobody"}, at="email"),
    Wrong("/account/sessions/end", {"session": "x"}, 404, back=f"{ACCOUNT}#sessions"),
    Wrong("/account/pause", {"to": "perhaps"}, back=f"{ACCOUNT}#pausing"),
    Wrong("/account/private", {"to": "on", "session_id": LONG}, back=f"{ACCOUNT}#pausing"),
    Wrong("/account/digest", {"to": "perhaps"}, back=ACCOUNT),
    Wrong("/account/erasure", {"to": "perhaps"}, back=f"{ACCOUNT}#erasure"),
]  # fmt: skip
# Addresses with a wrong filter.
FILTERS = [
    Wrong("/missing?from=2026-03-20&to=2026-03-01&person=member&topic=side&outcome=all", {},
          kept={"from": "2026-03-20", "to": "2026-03-01", "person": "member", "topic": "side",
                "outcome": "all"}, at="from"),
    Wrong("/missing?from=2025-03-20&to=2026-03-01&meeting=852", {}, at="to",
          kept={"from": "2025-03-20", "to": "2026-03-01", "meeting": "852"}),
    Wrong("/missing?from=soon&outcome=activity&person=ann", {}, at="from",
          kept={"from": "soon", "outcome": "activity", "person": "ann"}),
    Wrong("/team?week=never&team=acme-manager&sort=-hours", {}, at="from",
          kept={"team": "acme-manager", "sort": "-hours"}),
    Wrong("/team?month=2026-13", {}, at="from"),
    Wrong("/team?from=2026-02-31&sort=-hours", {}, kept={"sort": "-hours"}, at="from"),
    Wrong("/team?from=2026-03-10&team=nobody&sort=-hours", {}, 404,
          back="/team?from=2026-03-10&sort=-hours"),
    Wrong("/timeline?day=2026-02-31", {}, at="day"),
    Wrong(f"{EXCLUSIONS}/add?kind=phone_number&text=12&level=never_store", {}, at="text",
          kept={"kind": "phone_number", "text": "12", "level": "never_store"}),
    Wrong(f"{PRIVACY}/retention_months?to=months&months=99999", {}, at="months",
          kept={"to": "months", "months": "99999"}),
    Wrong(f"{PRIVACY}/topics?to=some", {}, at="to"),
    Wrong(f"{DOMAINS}/change?do=add_own&domain=ann@acme.com", {}, at="domain",
          kept={"domain": "ann@acme.com"}),
    Wrong(f"{DOMAINS}/company?domain=nowhere", {}, kept={"q": "nowhere"}, at="q"),
    Wrong(f"{CHANGE}?to=no-such-user&back=q%3Dof", {}, 404,
          back=f"{USERS}/{{zoom_user_id}}?back=q%3Dof"),
    Wrong(f"{SWITCH}?feature=chat&to=on&back=q%3Dof", {},
          back=f"{FEATURES}/users/{{user_id}}?back=q%3Dof"),
]  # fmt: skip


class Fields(HTMLParser):
    """The fields of a page: the values that its forms have now, and which are marked as wrong."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self.wrong: dict[str, str] = {}  # name -> id of what describes it
        self.ids: set[str] = set()
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.ids |= {has["id"]} if "id" in has else set()
        if tag == "select":
            self._select = has["name"]
        if tag == "fieldset" and "aria-describedby" in has:
            self.wrong[has["aria-describedby"].removeprefix("problem-")] = has["aria-describedby"]
        if has.get("aria-invalid") == "true":
            self.wrong[has["name"]] = has.get("aria-describedby", "").split()[-1]
        if tag == "option" and "selected" in has:
            self.values.append((self._select, has["value"]))
        if tag == "input":
            can_be_ticked = has.get("type") in ("checkbox", "radio")
            if not can_be_ticked or "checked" in has:
                self.values.append((has.get("name", ""), has.get("value", "")))
