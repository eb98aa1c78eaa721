"""The input of the rules: batches, each with its settings and its deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Of every organization. The domains of the worlds exist nowhere, and have companies all the same.
IDENTITY_SETTINGS = {"special_use": "off"}


@dataclass(frozen=True)
class User:
    """A WorkSights user."""

    user_id: str
    organization_id: str
    email: str
    created_at: datetime
    deactivated_at: datetime | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Connection:
    connection_id: str
    organization_id: str
    zoom_account_id: str
    connected_at: datetime
    granted_at: datetime
    disconnected_at: datetime | None = None


@dataclass(frozen=True)
class MappingChange:
    zoom_account_id: str
    zoom_user_id: str
    user_id: str | None
    effective_from: datetime
    changed_at: datetime
    is_by_email: bool = False


@dataclass(frozen=True)
class SubscriptionChange:
    organization_id: str
    user_id: str | None
    feature: str
    is_on: bool
    effective_from: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Exclusion:
    organization_id: str
    email_or_domain: str


@dataclass(frozen=True)
class PrivacySetting:
    organization_id: str
    name: str
    value: str
    changed_at: datetime


@dataclass(frozen=True)
class Pause:
    organization_id: str
    user_id: str
    is_on: bool
    effective_from: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Settings:
    """All settings, as one batch found them. Later in a list means inserted later."""

    organizations: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    connections: tuple[Connection, ...] = ()
    mapping_changes: tuple[MappingChange, ...] = ()
    subscription_changes: tuple[SubscriptionChange, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    privacy_settings: tuple[PrivacySetting, ...] = ()
    pauses: tuple[Pause, ...] = ()
    # Zoom's own lists for each account: the rows of GET /v2/users and GET /v2/phone/users.
    zoom_users: Mapping[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    phone_users: Mapping[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    body: bytes
    received_at: datetime


@dataclass(frozen=True)
class Batch:
    as_of: datetime
    settings: Settings
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class World:
    """A history. `client_id` is the id of the app that the accounts granted access to."""

    client_id: str
    batches: tuple[Batch, ...]

    @property
    def settings(self) -> Settings:
        return self.batches[-1].settings

    @property
    def as_of(self) -> datetime:
        return max(batch.as_of for batch in self.batches)
