"""An organization with Zoom users of every kind of suggestion, and forms that map many of them."""

import re
from html import unescape

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, email_of, user_id_of
from tests.web.page.zoom_users import imported

USERS, BULK, UPLOAD = (f"/services/zoom/users{end}" for end in ("", "/bulk", "/upload"))
ACME, _, GLOBEX = ACCOUNTS
PEOPLE = {  # Zoom user -> (name, email)
    "zu-manager": ("Manager  of ACME", "m@home.test"),
    "zu-owner": ("O. W.", "owner@acme-mail.com"),
    "zu-ann": ("Ann Ash", "ann@home.test"),
    "zu-member-2": ("Member of Acme", "tablet@home.test"),
    "zu-room": ("Room Thames", None),
    "zu-pat": ("=Pat; Quote\" O'Neil", None),
}


def with_suggestions(site: Site) -> Site:
    """Besides one Zoom user who is mapped by email, and one of another organization."""
    site.connect("acme", ACME)
    site.connect("globex", GLOBEX)
    imported(site, ACME, zu_member=email_of("member"))
    imported(site, GLOBEX, zu_globex=None)
    for zoom_user_id, (name, email) in PEOPLE.items():
        site.rows(
            "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
            "imported_at, batch, email, display_name, status) "
            "values ('acme', %s, %s, now(), 0, %s, %s, 'active')",
            ACME, zoom_user_id, email, name,
        )  # fmt: skip
    for number, manager in (("1", None), ("2", user_id_of("manager"))):
        site.rows(
            "insert into worksights.users (user_id, organization_id, email, full_name, role, "
            "time_zone, created_at, manager_user_id) "
            "values (%s, 'acme', %s, 'Ann Ash', 'member', 'UTC', '2025-01-01Z', %s)",
            f"ann-{number}", f"ann{number}@acme.example", manager,
        )  # fmt: skip
    site.rows("insert into integration.own_domains (organization_id, domain) values ('acme', %s)",
              "acme-mail.com")  # fmt: skip
    return site


def hidden(page: str, name: str) -> str:
    return unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


def previewed(visitor: Visitor, *fields: tuple[str, str]) -> str:
    answer = visitor.post(BULK, fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def save(visitor: Visitor, page: str, *fields: tuple[str, str]) -> int:
    carried = [(name, hidden(page, name)) for name in ("choices", "seen", "back")]
    carried += [("listed", one) for one in re.findall(r'name="listed" value="([^"]+)"', page)]
    kept = re.findall(r'name="keep" value="([^"]+)"[^>]* checked', page)
    carried += [("keep", one) for one in kept]
    return visitor.post(f"{BULK}/save", [*carried, *fields]).status_code


def saved(site: Site) -> dict[str, tuple[str | None, bool]]:
    """The latest row of each Zoom user."""
    found = site.rows(
        "select distinct on (zoom_user_id) zoom_user_id, user_id, is_by_email "
        "from integration.mapping_changes order by zoom_user_id, change_id desc"
    )
    return {zoom_user_id: (user_id, by_email) for zoom_user_id, user_id, by_email in found}


def undo_link(page: str) -> str:
    return re.search(r'href="(/services/zoom/users/undo/\d+)">Undo</a>', page)[1]


def undo(visitor: Visitor, link: str) -> tuple[str, int]:
    page = visitor.get(link).text
    return page, visitor.post(link, {"seen": hidden(page, "seen")}).status_code
