"""The name that an organization gives a Zoom account, and who looks after its connection."""

import re

import psycopg

LONGEST_LABEL = 80
INVALID_LABEL = f"Enter at most {LONGEST_LABEL} characters."


def cleaned_label(label: str) -> str:
    """The label as it is stored: with single spaces, and none around it."""
    return re.sub(r"\s+", " ", label).strip()


def is_valid_label(label: str) -> bool:
    return len(label) <= LONGEST_LABEL and label.isprintable()


def set_label(connection: psycopg.Connection, connection_id: str, label: str | None) -> bool:
    """Sets the label of the account's connections, the ended ones included. The caller has checked
    that the connection is the organization's. Returns whether it was another one.
    """
    changed = connection.execute(
        """
        update integration.connections set label = %s
        from integration.connections as one
        where one.connection_id = %s
            and connections.organization_id = one.organization_id
            and connections.zoom_account_id = one.zoom_account_id
            and connections.label is distinct from %s
        """,
        [label, connection_id, label],
    )
    return changed.rowcount > 0


def set_owner(connection: psycopg.Connection, connection_id: str, user_id: str) -> None:
    """Sets the integration owner. The caller has checked both."""
    connection.execute(
        "update integration.connections set owner_user_id = %s where connection_id = %s",
        [user_id, connection_id],
    )
