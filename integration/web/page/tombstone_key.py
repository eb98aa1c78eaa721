"""Refuses a change that needs the key of the tombstones where none is set."""

from integration.settings import SettingsError
from integration.web.page.refusals import bad_form
from integration.web.page.visit import Visit


def require_tombstone_key(visit: Visit, *, purpose: str) -> None:
    """`purpose` completes "This needs the setting TOMBSTONE_KEY, with which …"."""
    try:
        visit.settings.tombstone_key  # noqa: B018  (refuses a missing key)
    except SettingsError as error:
        raise bad_form(
            f"This needs the setting TOMBSTONE_KEY, with which {purpose}. Ask the team that runs "
            "WorkSights to set it."
        ) from error
