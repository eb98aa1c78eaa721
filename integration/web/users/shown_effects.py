"""The counts of a mapping's preview, with their row in the access log."""

from datetime import datetime

import psycopg

from integration.web.changes.effects import Effect
from integration.web.changes.mapping_effects import MappingPeriod, effects_of_mappings
from integration.web.changes.shown_effects import shown_effects
from integration.web.page.visit import Visit


def shown_effects_of_mapping(
    visit: Visit,
    connection: psycopg.Connection,
    zoom_user_id: str,
    *,
    from_user_id: str | None,
    user_id: str | None,
    effective_from: datetime | None,
    is_by_email: bool = False,
) -> list[Effect] | None:
    """What mapping the Zoom user from one user to another (None: nobody, or whoever has the email)
    changes for sessions since then; nothing without a time. None if the viewer may not see counts.
    """

    def count() -> list[Effect]:
        if effective_from is None:
            return []
        period = MappingPeriod(zoom_user_id, user_id, effective_from, is_by_email=is_by_email)
        return effects_of_mappings(
            connection, [period], organization_id=visit.viewer.organization_id
        )

    return shown_effects(visit, connection, count, users=[user_id, from_user_id])
