"""Refuses a change that needs the keys of the tombstones where these are not set."""

import logging

import psycopg

from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.privacy.tombstone_keys import KeysAreBeingReplaced, require_recorded_keys
from integration.settings import SettingsError
from integration.web.page.refusals import Refusal
from integration.web.page.visit import Visit

logger = logging.getLogger(__name__)


def require_tombstone_key(visit: Visit, connection: psycopg.Connection, *, recognizes: str) -> None:
    """`recognizes` says what the key is needed for: "… is needed to recognize …"."""
    try:
        require_recorded_keys(connection, visit.settings.tombstone_keys)
    except KeysAreBeingReplaced as error:
        logger.warning("change refused: %s", error)
        raise Refusal(
            503,
            title="Your change was not saved",
            text="A key that the change needs is being replaced.",
            next_step="Try again in a few minutes.",
        ) from error
    except (SettingsError, WrongTombstoneKey) as error:
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
