"""Connections that end because the Zoom account removed our app."""

from collections.abc import Iterable
from dataclasses import replace

from tests.laws.reference.events import Event
from tests.laws.reference.world import Connection, World


def after_deauthorizations(
    world: World, connections: Iterable[Connection], events: Iterable[Event]
) -> list[Connection]:
    """A deauthorization of our app that is later than the newest grant ends the connection."""
    events, after = list(events), []
    for connection in connections:
        ends = [
            event.own_time
            for event in events
            if event.name == "app_deauthorized"
            and event.account == connection.zoom_account_id
            and event.fields["client_id"] == world.client_id
            and event.own_time > connection.granted_at
        ]
        if ends and connection.disconnected_at is None:
            connection = replace(connection, disconnected_at=min(ends))
        after.append(connection)
    return after
