"""The work list as a file: down with suggestions, up with the profiles filled in."""

from starlette.responses import Response

from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.page.csv_file import csv_file
from integration.web.page.form_body import FILE_LIMIT, file_of
from integration.web.page.listing import SEARCH_LIMIT
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.addresses import NOT_MAPPED, UPLOAD
from integration.web.users.bulk.asked import Asked, choice_of_text
from integration.web.users.bulk.choices import Choice, fits
from integration.web.users.bulk.chosen import chosen_of
from integration.web.users.bulk.file_lines import (
    EMAIL,
    MOST_LINES,
    ZOOM_USER,
    BadLine,
    FileLines,
    Line,
    UnreadableFile,
    read_lines,
)
from integration.web.users.bulk.preview import bulk_of, shown
from integration.web.users.bulk.profiles import WORDS, Typed, profiles_typed
from integration.web.users.bulk.reasons import reason_in_words
from integration.web.users.bulk.suggestions import Suggestion, suggestions_of
from integration.web.users.zoom_users import zoom_users_of

COLUMNS = (ZOOM_USER, "name", "zoom_email", "suggestion", "reason", EMAIL)
MOST_MEGABYTES = FILE_LIMIT >> 20


def download(visit: Visit) -> Response:
    """The unmapped Zoom users that the search finds, by name."""
    organization_id = visit.viewer.organization_id
    search = visit.query("q")[:SEARCH_LIMIT]
    with visit.transaction() as connection:
        suggested = suggestions_of(connection, organization_id=organization_id, search=search)
        users = zoom_users_of(
            connection,
            organization_id=organization_id,
            search=search,
            show="unmapped",
            by_entries=False,
            limit=MOST_LINES,
        )
    lines = {one.zoom_user_id: one for one in users}  # an ID may be in two accounts
    return csv_file(
        "zoom-users-not-mapped",
        COLUMNS,
        (
            (key, one.display_name, one.email, *_suggested(suggested.get(key)), "")
            for key, one in lines.items()
        ),
    )


def _suggested(one: Suggestion | None) -> tuple[str, str]:
    if one is None:
        return "", ""
    email = one.user_email if one.is_suggested else "nobody" if one.is_room else ""
    return email or "", reason_in_words(one)


def form(visit: Visit) -> Response:
    return _form(visit)


def upload(visit: Visit) -> Response:
    try:
        found = read_lines(file_of(visit.form))
    except UnreadableFile as error:
        return _form(visit, str(error))
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        texts = [line.text for line in found.lines if line.text.lower() not in WORDS]
        profiles = profiles_typed(connection, texts, organization_id=organization_id)
        known = {
            one.zoom_user_id
            for one in chosen_of(
                connection,
                [Choice(line.zoom_user_id, "") for line in found.lines],
                organization_id=organization_id,
            )
        }
        choices, bad = _choices(found, profiles, known)
        if not choices and not bad:
            return _form(visit, f"No line has a value in the column {EMAIL}.")
        if not fits(choices):
            return _form(visit, "The file has too many lines for one change. Split it.")
        bulk = bulk_of(visit, connection, Asked(choices))
        return shown(visit, connection, bulk, bad_lines=bad, empty_lines=found.empty)


def _choices(
    found: FileLines, profiles: dict[str, Typed], known: set[str]
) -> tuple[list[Choice], list[BadLine]]:
    choices, bad = [], [*found.bad]
    for line in found.lines:
        choice = choice_of_text(line.zoom_user_id, line.text, profiles)
        if why := _why_bad(line, choice, known):
            bad.append(BadLine(line.number, why))
        else:
            choices.append(choice)
    return choices, sorted(bad, key=lambda one: one.number)


def _why_bad(line: Line, choice: Choice, known: set[str]) -> str:
    if line.zoom_user_id not in known:
        return f"no Zoom user has the ID “{line.zoom_user_id}”"
    return choice.problem


def _form(visit: Visit, problem: str = "") -> Response:
    return visit.render(
        "users/bulk/upload.html",
        status=400 if problem else 200,
        problem=problem,
        most_lines=MOST_LINES,
        most_megabytes=MOST_MEGABYTES,
    )


PAGES = (
    PageRoute(NOT_MAPPED, download, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(UPLOAD, form, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(
        UPLOAD,
        upload,
        right=Right.CHANGE_SETTINGS,
        shows=Act.EFFECTS,
        method="POST",
        takes_file=True,
    ),
)
