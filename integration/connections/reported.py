"""What Zoom reports of the accounts in use: the permissions that they granted, and the events that
the app's event subscription sends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.zoom.features import FEATURES
from integration.zoom.needed_events import feature_of
from integration.zoom.scopes import USERS, Need, Purpose, lacking


@dataclass(frozen=True)
class Reported:
    """One connection in use. `scope` is empty if Zoom has not said what was granted. `lacks_events`
    has the events that are needed and that Zoom does not send; None if that is not known, for the
    reason `subscription_detail`.
    """

    connection_id: str
    organization_id: str
    zoom_account_id: str
    label: str | None
    granted_at: datetime
    scope: str
    is_server_to_server: bool
    has_phone: bool
    switched_off: Sequence[str]
    lacks_events: Sequence[str] | None
    subscription_detail: str | None
    subscription_read_at: datetime | None

    @property
    def name(self) -> str:
        return self.label or self.zoom_account_id

    @property
    def features(self) -> list[str]:
        """Those that are on for the organization and that the account has, and users."""
        is_off = {*self.switched_off, *(() if self.has_phone else ("phone",))}
        return [*(one for one in FEATURES if one not in is_off), USERS]

    @property
    def missing_events(self) -> list[str]:
        """Those of features that are in use. Empty also if it is not known."""
        return [one for one in self.lacks_events or () if feature_of(one) in self.features]

    def lacks(self, purpose: Purpose) -> list[Need]:
        return lacking(self.scope, purpose, self.features)


def reported(
    connection: psycopg.Connection, *, organization_id: str | None = None
) -> list[Reported]:
    """Of one organization, or of all, which only the pipeline can read."""
    return rows.every(connection, Reported, _REPORTED, {"organization": organization_id})


_REPORTED = """
    select
        connections.connection_id, connections.organization_id, connections.zoom_account_id,
        connections.label, connections.granted_at,
        coalesce(tokens.scope, '') as scope,
        coalesce(tokens.grant_type = 'account_credentials', false) as is_server_to_server,
        connections.users_imported_at is not null and connections.phone_detail is null
            as has_phone,
        array(
            select value from facts.switches_off
            where switches_off.organization_id = connections.organization_id
                and subject = '' and valid @> now()
        ) as switched_off,
        connections.missing_events as lacks_events,
        connections.subscription_detail, connections.subscription_read_at
    from integration.connections
    left join integration.tokens
        on connections.connection_id = tokens.connection_id
        and connections.organization_id = tokens.organization_id
    where connections.disconnected_at is null
        and (%(organization)s::text is null or connections.organization_id = %(organization)s)
    order by connections.organization_id, connections.connected_at
"""
