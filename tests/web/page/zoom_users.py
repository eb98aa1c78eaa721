"""Zoom users and mappings of a site under test, and the text in the tables of its pages."""

import re

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site

ACME, _, GLOBEX = ACCOUNTS


def imported(site: Site, account: str, **users: str | None) -> None:
    """Zoom users as an import has stored them: id and email; the name is derived from the id."""
    for zoom_user_id, email in users.items():
        site.rows(
            "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
            "imported_at, batch, email, display_name, status) "
            "values (%s, %s, %s, now(), 0, %s, %s, 'active')",
            "globex" if account == GLOBEX else "acme", account, zoom_user_id, email,
            f"Name of {zoom_user_id}",
        )  # fmt: skip


def licensed(site: Site, zoom_user_id: str) -> None:
    """A Zoom Phone license, as an import has stored it."""
    site.rows(
        "insert into zoom_raw.phone_users (organization_id, zoom_account_id, zoom_user_id, "
        "imported_at, batch, extension_id) values ('acme', %s, %s, now(), 0, 'x1')",
        ACME, zoom_user_id,
    )  # fmt: skip


def mapped(site: Site, zoom_user_id: str, user_id: str | None, since: str = "2026-01-01") -> None:
    site.rows(
        "insert into integration.mapping_changes "
        "(zoom_account_id, zoom_user_id, user_id, effective_from) values (%s, %s, %s, %s)",
        ACME, zoom_user_id, user_id, since,
    )  # fmt: skip


def rows_of(page: str) -> list[list[str]]:
    """The cells of a page's first table as text, row by row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [[words(cell) for cell in re.split(r"</t[hd]>", row)] for row in body.split("</tr>")]
    return [row[:-1] for row in rows if row[0]]


def under(page: str, caption: str) -> str:
    """What follows the caption of one of the page's tables, for `rows_of`."""
    return page.partition(f'<caption class="unseen">{caption}</caption>')[2]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
