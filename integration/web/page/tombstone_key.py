"""Refuses a change that needs the key of the tombstones where none is set."""

import logging

from integration.settings import SettingsError
from integration.web.page.refusals import Refusal
from integration.web.page.visit import Visit

logger = logging.getLogger(__name__)


def require_tombstone_key(visit: Visit, *, recognizes: str) -> None:
    """`recognizes` says what the key is needed for: "… is needed to recognize …"."""
    try:
        visit.settings.tombstone_key  # noqa: B018  (refuses a missing key)
    except SettingsError as error:
        logger.error("change refused: %s", error)
        raise Refusal(
            400,
            title="Your change was not saved",
            text=(
                f"This is not set up yet: a key that is needed to recognize {recognizes} is "
                "missing or invalid."
            ),
            next_step="Contact the team that runs WorkSights.",
        ) from error
