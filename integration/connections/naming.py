"""The name that an organization gives a Zoom account, and who looks after its connection."""

import psycopg

LONGEST_LABEL = 80


def set_label(connection: psycopg.Connection, connection_id: str, label: str | None) -> None:
    """Sets the label of the account's connections, the ended ones included. The caller has checked
    that the connection is the organization's.
    """
    connection.execute(
        """
        update integration.connections set label = %s
        from integration.connections as one
        where one.connection_id = %s
            and connections.organization_id = one.organization_id
            and connections.zoom_account_id = one.zoom_account_id
        """,
        [label, connection_id],
    )


def set_owner(connection: psycopg.Connection, connection_id: str, user_id: str) -> None:
    """Sets the integration owner. The caller has checked both."""
    connection.execute(
        "update integration.connections set owner_user_id = %s where connection_id = %s",
        [user_id, connection_id],
    )
