"""The privacy settings of an organization (contract, 5.17)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Any

import psycopg

from integration.database import rows

# From the widest, which is the default, to the strictest.
VALUES = {
    "processing": ("released", "held"),
    "view": ("named", "grouped"),
    "topics": ("leaders", "participants", "none"),
    "phone_numbers": ("full", "masked", "none"),
    "pause": ("off", "on"),
}
RETENTION = "retention_months"
NEVER = "never"
DEFAULT_MONTHS = 25


@dataclass(frozen=True)
class PrivacySettings:
    """The settings in force, by default the first value of each. `retention_months` is None if
    nothing is deleted by age. `widened_at` is when one of them was last changed to a value by which
    more is kept or shown; None if none was.
    """

    processing: str = VALUES["processing"][0]
    view: str = VALUES["view"][0]
    topics: str = VALUES["topics"][0]
    phone_numbers: str = VALUES["phone_numbers"][0]
    pause: str = VALUES["pause"][0]
    retention_months: int | None = DEFAULT_MONTHS
    widened_at: datetime | None = None

    @property
    def shows_groups_only(self) -> bool:
        return self.view == "grouped"


def privacy_settings(connection: psycopg.Connection, organization_id: str) -> PrivacySettings:
    """The settings in force for one organization."""
    return privacy_settings_of(connection, [organization_id])[organization_id]


def privacy_settings_of(
    connection: psycopg.Connection, organizations: Collection[str]
) -> dict[str, PrivacySettings]:
    """Organization -> the settings in force, for each of these."""
    found = connection.execute(
        """
        select organization_id, name, value, changed_at
        from integration.privacy_settings
        where organization_id = any(%s)
        order by organization_id, changed_at, setting_id
        """,
        [sorted(organizations)],
    )
    settings = dict.fromkeys(organizations, PrivacySettings())
    for organization_id, name, value, changed_at in found:
        settings[organization_id] = _changed(settings[organization_id], name, value, changed_at)
    return settings


def _changed(
    before: PrivacySettings, name: str, value: str, changed_at: datetime
) -> PrivacySettings:
    read: dict[str, Any] = {name: _read(name, value)}
    after = replace(before, **read)
    return replace(after, widened_at=changed_at) if _is_wider(name, before, after) else after


def _is_wider(name: str, before: PrivacySettings, after: PrivacySettings) -> bool:
    if name == RETENTION:
        return _months(after) > _months(before)
    strictness = VALUES[name].index
    return strictness(getattr(after, name)) < strictness(getattr(before, name))


def _months(settings: PrivacySettings) -> float:
    return inf if settings.retention_months is None else settings.retention_months


def _read(name: str, value: str) -> str | int | None:
    if name == RETENTION:
        return None if value == NEVER else int(value)
    return value


def set_privacy(
    connection: psycopg.Connection,
    organization_id: str,
    name: str,
    value: str,
    *,
    changed_by: str,
) -> None:
    """Adds a row, which is in force from now on. The database refuses unknown names and values."""
    connection.execute(
        """
        insert into integration.privacy_settings (organization_id, name, value, changed_by)
        values (%s, %s, %s, %s)
        """,
        [organization_id, name, value, changed_by],
    )


@dataclass(frozen=True)
class SettingChange:
    """`changed_by_name` is None for a deleted user, and for a database login."""

    name: str
    value: str
    changed_by: str
    changed_by_name: str | None
    changed_at: datetime


def setting_changes(
    connection: psycopg.Connection, organization_id: str, *, limit: int
) -> list[SettingChange]:
    """The latest changes, the newest first."""
    return rows.every(
        connection,
        SettingChange,
        """
        select
            changes.name, changes.value, changes.changed_by, users.full_name as changed_by_name,
            changes.changed_at
        from integration.privacy_settings as changes
        left join worksights.users
            on users.organization_id = changes.organization_id
            and users.user_id = changes.changed_by
        where changes.organization_id = %s
        order by changes.changed_at desc, changes.setting_id desc
        limit %s
        """,
        [organization_id, limit],
    )
