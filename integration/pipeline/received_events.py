"""Records with each connection which events arrive, and when they last did: what arrives needs no
permission that Zoom's documentation asks for.
"""

import psycopg


def record_received(connection: psycopg.Connection) -> None:
    """Records the webhooks of a chunk from the temporary table `arrived`, by the hour, so that a
    connection changes at most once an hour. One that somebody else is changing is left for the next
    chunk: landing waits for nobody.
    """
    connection.execute(_RECORD)


_RECORD = """
    with by_event as (
        select
            zoom_account_id, event,
            to_char(max(received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24":00:00Z"') as hour
        from arrived
        where source = 'webhook'
        group by zoom_account_id, event
    ),
    latest as (
        select zoom_account_id, jsonb_object_agg(event, hour) as events
        from by_event
        group by zoom_account_id
    ),
    changed as (
        select connections.connection_id, latest.events
        from integration.connections
        inner join latest on connections.zoom_account_id = latest.zoom_account_id
        where connections.disconnected_at is null
            and not connections.received_events @> latest.events
        for update of connections skip locked
    )
    update integration.connections
    set received_events = connections.received_events || changed.events
    from changed
    where connections.connection_id = changed.connection_id
"""
