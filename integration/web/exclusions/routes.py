"""`/services/zoom/privacy/exclusions`: who and what is hidden or never stored, the preview of a new
exclusion, and its removal.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.identity.suffixes import suffix
from integration.privacy.exclusions import KINDS, LEVELS, subject_of
from integration.quantities import noun, quantity
from integration.web.exclusions.found import count_users_at, found_by
from integration.web.exclusions.starter_lists import STARTERS
from integration.web.exclusions.stored import (
    add_exclusion,
    exclusions_of,
    remove_exclusion,
)
from integration.web.exclusions.words import KIND_NAMES, LEVEL_NAMES
from integration.web.page.refusals import bad_form, not_found
from integration.web.page.tombstone_key import require_tombstone_key
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom.texts import is_longer

PATH = "/services/zoom/privacy/exclusions"
LONGEST = 320  # bytes; the longest address has so many
WRONG = {
    "email_or_domain": "Enter an email such as ann@acme.com, or a domain such as acme.com.",
    "phone_number": "Enter a phone number with at least 7 digits, such as +44 20 7946 0958.",
    "zoom_user": "Enter the ID of a Zoom user. It is on their page, under Users.",
    "meeting_number": "Enter a meeting ID, such as 812 3456 7890.",
}


class InvalidExclusion(Exception):
    """A field has a value that cannot be used; the message is for the person who entered it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Asked:
    """What was entered; `subject` is what it means."""

    kind: str = ""
    written: str = ""
    level: str = ""

    @property
    def subject(self) -> str:
        return subject_of(self.kind, self.written) or ""


def exclusions(visit: Visit) -> Response:
    return _listed(visit)


def _listed(
    visit: Visit, asked: Asked | None = None, invalid: InvalidExclusion | None = None
) -> Response:
    """With `invalid`, the form has what was entered, and what is wrong with it."""
    with visit.transaction() as connection:
        found = exclusions_of(connection, visit.viewer.organization_id)
    return visit.render(
        "exclusions/exclusions.html",
        status=400 if invalid else 200,
        asked=asked or Asked(),
        invalid=invalid,
        exclusions=found,
        starters=STARTERS,
        kinds=KIND_NAMES,
        levels=LEVEL_NAMES,
        longest=LONGEST,
    )


def preview(visit: Visit) -> Response:
    asked = _asked(visit.query)
    try:
        _check(asked)
        with visit.transaction() as connection:
            _refuse_own_domain(visit, connection, asked)
            return _preview(visit, connection, asked)
    except InvalidExclusion as invalid:
        return _listed(visit, asked, invalid)


def _preview(visit: Visit, connection: psycopg.Connection, asked: Asked) -> Response:
    found = None
    # Anyone who may not see whom their colleagues meet could use this page to ask about anyone.
    if visit.may(Right.SEE_EVERY_TIMELINE) and not visit.privacy.shows_groups_only:
        found = found_by(
            connection,
            visit.viewer.organization_id,
            kind=asked.kind,
            written=asked.written,
        )
    return visit.render(
        "exclusions/exclude.html", asked=asked, found=found, kinds=KIND_NAMES, levels=LEVEL_NAMES
    )


def save(visit: Visit) -> Response:
    asked = _asked(visit.field)
    try:
        _check(asked)
        with visit.transaction() as connection:
            _refuse_own_domain(visit, connection, asked)
            _save(visit, connection, asked)
    except InvalidExclusion as invalid:
        return _listed(visit, asked, invalid)
    return visit.go(PATH)


def _save(visit: Visit, connection: psycopg.Connection, asked: Asked) -> None:
    if asked.level == "never_store":
        require_tombstone_key(visit, connection, recognizes="what must never be stored")
    exclusion_id = add_exclusion(
        connection,
        visit.viewer.organization_id,
        kind=asked.kind,
        written=asked.written,
        level=asked.level,
        changed_by=visit.viewer.user_id,
    )
    visit.record_change(
        connection,
        "exclusion_set",
        subject=str(exclusion_id),
        details={"kind": asked.kind, "level": asked.level},
    )
    visit.show_next(
        connection,
        "Exclusion saved. The next update, which starts within 20 minutes, applies it to past "
        "sessions.",
    )


def remove(visit: Visit) -> Response:
    viewer, exclusion_id = visit.viewer, visit.field("exclusion_id")
    if not (exclusion_id.isascii() and exclusion_id.isdigit() and len(exclusion_id) < 18):
        raise bad_form("Choose an exclusion from the list.")
    with visit.transaction() as connection:
        if not remove_exclusion(connection, viewer.organization_id, int(exclusion_id)):
            raise not_found()
        visit.record_change(
            connection,
            "exclusion_removed",
            subject=exclusion_id,
        )
        visit.show_next(connection, "Exclusion removed. What was never stored does not come back.")
    return visit.go(PATH)


def _asked(read: Callable[[str], str]) -> Asked:
    return Asked(read("kind"), read("text"), read("level"))


def _check(asked: Asked) -> None:
    """Raises InvalidExclusion if the fields cannot be saved together."""
    if asked.kind not in KINDS:
        raise InvalidExclusion("kind", "Choose what to exclude.")
    if asked.level not in LEVELS:
        raise InvalidExclusion("level", "Choose whether to hide it or never to store it.")
    if asked.kind == "phone_number" and asked.level == "hide":
        raise InvalidExclusion(
            "level",
            "A phone number cannot be hidden, because it has no entries. Choose Never store.",
        )
    if is_longer(asked.written, LONGEST) or not asked.subject:
        raise InvalidExclusion("text", WRONG[asked.kind])
    if asked.kind == "email_or_domain" and suffix(asked.subject) == asked.subject:
        raise InvalidExclusion(
            "text",
            f"Anyone can have an address under {asked.subject}. Enter a domain such as acme.com.",
        )


def _refuse_own_domain(visit: Visit, connection: psycopg.Connection, asked: Asked) -> None:
    """A whole organization that is never stored is a mistake that cannot be undone."""
    if asked.kind != "email_or_domain" or asked.level == "hide" or "@" in asked.subject:
        return
    users = count_users_at(connection, visit.viewer.organization_id, domain=asked.subject)
    if users:
        raise InvalidExclusion(
            "text",
            f"{quantity(users, 'active user')} of your organization "
            f"{noun(users, 'has', 'have')} an address at {asked.subject}, so this would remove "
            "your own people permanently. Enter single addresses, or put processing on hold on the "
            "Privacy page.",
        )


PAGES = (
    PageRoute(PATH, exclusions, right=Right.SEE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(PATH + "/add", preview, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(PATH + "/add", save, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
    PageRoute(
        PATH + "/remove", remove, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"
    ),
)
