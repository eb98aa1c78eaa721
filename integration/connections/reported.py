"""What Zoom reports of the accounts in use: the permissions that they granted, the events that the
app's event subscription sends, and those that arrived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from integration.database import rows
from integration.zoom.features import FEATURES
from integration.zoom.needed_events import feature_of
from integration.zoom.scopes import USERS, Need, Purpose, lacking

# What was read earlier may have changed. An import reads it every 6 hours.
READ_LATELY = timedelta(days=2)


@dataclass(frozen=True)
class Reported:
    """One connection in use. `scope` is empty if Zoom has not said what was granted. `lacks_events`
    has the events that are needed and that Zoom does not send; None if that is not known.
    `subscription_detail` is why it is not known, or why all are missing. `features_left_out` are
    those that Zoom does not allow the app. `received_events` has the hour in which each event last
    arrived, as a text.
    """

    connection_id: str
    organization_id: str
    zoom_account_id: str
    label: str | None
    scope: str
    scope_reduced_at: datetime | None
    is_server_to_server: bool
    has_phone: bool
    switched_off: Sequence[str]
    features_left_out: Sequence[str]
    lacks_events: Sequence[str] | None
    subscription_detail: str | None
    subscription_is_ours: bool
    subscription_read_at: datetime | None
    received_events: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.label or self.zoom_account_id

    @property
    def features(self) -> list[str]:
        """Those that are on for the organization and that the account has, and users."""
        is_off = {*self.switched_off, *self.features_left_out}
        if not self.has_phone:
            is_off.add("phone")
        return [*(one for one in FEATURES if one not in is_off), USERS]

    @property
    def missing_events(self) -> list[str]:
        """Those of features that are in use. Empty also if it is not known."""
        return [one for one in self.lacks_events or () if feature_of(one) in self.features]

    def lacks(self, purpose: Purpose) -> list[Need]:
        """The needs of features in use that the grant does not meet. Empty if it is not known."""
        return lacking(self.scope, purpose, self.features) if self.scope.split() else []

    def works_without(self, need: Need) -> bool:
        """Whether events that need it arrived since the account last granted less than before."""
        return any(
            event.startswith(need.shown_by)
            and (
                self.scope_reduced_at is None
                or datetime.fromisoformat(hour) >= self.scope_reduced_at
            )
            for event, hour in self.received_events.items()
        )

    def has_received_since(self, time: datetime) -> bool:
        return any(datetime.fromisoformat(hour) >= time for hour in self.received_events.values())


def reported(
    connection: psycopg.Connection,
    *,
    organization_id: str | None = None,
    connection_id: str | None = None,
) -> list[Reported]:
    """Of one organization, of one connection, or of all, which only the pipeline can read."""
    return rows.every(
        connection,
        Reported,
        _REPORTED,
        {
            "organization": organization_id,
            "connection": connection_id,
            "read_lately": READ_LATELY,
        },
    )


_REPORTED = """
    select
        connections.connection_id, connections.organization_id, connections.zoom_account_id,
        connections.label,
        coalesce(tokens.scope, '') as scope,
        tokens.scope_reduced_at,
        coalesce(tokens.grant_type = 'account_credentials', false) as is_server_to_server,
        connections.users_imported_at is not null and not connections.lacks_phone as has_phone,
        array(
            select value from facts.switches_off
            where switches_off.organization_id = connections.organization_id
                and subject = '' and valid @> now()
        ) as switched_off,
        connections.features_left_out,
        case
            when connections.subscription_read_at > now() - %(read_lately)s
                then connections.missing_events
        end as lacks_events,
        connections.subscription_detail, connections.subscription_is_ours,
        connections.subscription_read_at,
        connections.received_events
    from integration.connections
    left join integration.tokens
        on connections.connection_id = tokens.connection_id
        and connections.organization_id = tokens.organization_id
    where connections.disconnected_at is null
        and (%(organization)s::text is null or connections.organization_id = %(organization)s)
        and (%(connection)s::text is null or connections.connection_id = %(connection)s)
    order by connections.organization_id, connections.connected_at
"""
