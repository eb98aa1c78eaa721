"""`/services/zoom/privacy`: the privacy settings of the organization, the preview of a change, and
the change itself.
"""

from collections.abc import Callable

from starlette.responses import Response

from integration.directory.rights import Right
from integration.privacy.retention import oldest_kept
from integration.privacy.settings import NEVER, RETENTION, set_privacy, setting_changes
from integration.web.page.refusals import not_found
from integration.web.page.tombstone_key import require_tombstone_key
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.privacy_settings.effects import effect_of, effect_of_retention
from integration.web.privacy_settings.words import (
    Setting,
    label_of,
    settings_in_words,
    value_of,
)

PATH = "/services/zoom/privacy"
LONGEST_MONTHS, LONGEST_NUMBER = 1200, 9  # the number in digits
CHANGES_SHOWN = 20


class InvalidValue(Exception):
    """What is wrong with the field `to` or `months`, for the person who filled it in."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def settings(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    known = {setting.name: setting for setting in settings_in_words()}
    with visit.transaction() as connection:
        changes = setting_changes(connection, organization_id, limit=CHANGES_SHOWN)
    return visit.render(
        "privacy_settings/privacy.html",
        settings=known,
        values={name: value_of(visit.privacy, name) for name in known},
        changes=changes,
        label_of=label_of,
    )


def preview(visit: Visit) -> Response:
    """The choices of one setting and, if one is given, what it changes; without counts for a viewer
    who may not see those of activity, as nobody may if only groups are shown.
    """
    setting, effect = _setting(visit), None
    try:
        chosen = _chosen(visit.query, setting)
    except InvalidValue as invalid:
        return _shown(visit, setting, entered=visit.query("months"), invalid=invalid)
    now = value_of(visit.privacy, setting.name)
    if chosen is not None and chosen != now and visit.may(Right.SEE_ACTIVITY_COUNTS):
        organization_id = visit.viewer.organization_id
        with visit.transaction() as connection:
            effect = (
                effect_of(connection, setting.name, chosen, organization_id=organization_id)
                if setting.choices
                else effect_of_retention(
                    connection,
                    oldest_kept(_months(chosen), now=visit.now),
                    organization_id=organization_id,
                )
            )
    return _shown(visit, setting, chosen=chosen, effect=effect)


def _shown(
    visit: Visit,
    setting: Setting,
    *,
    chosen: str | None = None,
    effect: str | None = None,
    entered: str = "",
    invalid: InvalidValue | None = None,
) -> Response:
    """With `invalid`, the form has the `entered` months, and what is wrong."""
    return visit.render(
        "privacy_settings/change_privacy.html",
        status=400 if invalid else 200,
        setting=setting,
        value=value_of(visit.privacy, setting.name),
        chosen=chosen,
        effect=effect,
        entered=entered,
        invalid=invalid,
        label_of=label_of,
        never=NEVER,
        longest=LONGEST_MONTHS,
    )


def save(visit: Visit) -> Response:
    setting, viewer = _setting(visit), visit.viewer
    try:
        chosen = _chosen(visit.field, setting)
        if chosen is None:
            raise InvalidValue("to", "Choose one of the values.")
    except InvalidValue as invalid:
        return _shown(visit, setting, entered=visit.field("months"), invalid=invalid)
    with visit.transaction() as connection:
        if setting.name == "phone_numbers" and chosen != "full":
            require_tombstone_key(visit, connection, recognizes="equal numbers that are not kept")
        set_privacy(
            connection,
            viewer.organization_id,
            setting.name,
            chosen,
            changed_by=viewer.user_id,
        )
        visit.record_change(
            connection,
            "privacy_changed",
            subject=setting.name,
            details={"value": chosen},
        )
        visit.show_next(connection, f"{setting.title} changed to “{label_of(setting, chosen)}”.")
    return visit.go(PATH)


def _setting(visit: Visit) -> Setting:
    """The setting in the address."""
    for setting in settings_in_words():
        if setting.name == visit.path("name"):
            return setting
    raise not_found()


def _chosen(read: Callable[[str], str], setting: Setting) -> str | None:
    """The value that was chosen, as it is stored; None if none was."""
    to = read("to")
    if setting.name == RETENTION:
        if not to:
            return None
        if to == NEVER:
            return NEVER
        months = read("months")
        is_number = months.isascii() and months.isdigit() and len(months) <= LONGEST_NUMBER
        if not (is_number and 1 <= int(months) <= LONGEST_MONTHS):
            raise InvalidValue("months", f"Enter a number of months from 1 to {LONGEST_MONTHS:,}.")
        return str(int(months))
    if not to:
        return None
    if to not in [choice.value for choice in setting.choices]:
        raise InvalidValue("to", "Choose one of the values.")
    return to


def _months(chosen: str) -> int | None:
    return None if chosen == NEVER else int(chosen)


PAGES = (
    PageRoute(PATH, settings, right=Right.SEE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(PATH + "/{name}", preview, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(
        PATH + "/{name}", save, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"
    ),
)
