"""Who can be the integration owner: the active users who may see connections."""

from dataclasses import dataclass

import psycopg

from integration.database import rows
from integration.directory.rights import RIGHTS, Right


@dataclass(frozen=True)
class PossibleOwner:
    user_id: str
    full_name: str
    email: str
    role: str


def possible_owners(connection: psycopg.Connection, *, organization_id: str) -> list[PossibleOwner]:
    """By name."""
    return rows.every(
        connection,
        PossibleOwner,
        """
        select user_id, full_name, email, role from worksights.users
        where organization_id = %s and role = any(%s)
            and created_at <= now() and (deactivated_at is null or deactivated_at > now())
        order by lower(full_name), user_id
        """,
        [
            organization_id,
            [role for role, rights in RIGHTS.items() if Right.SEE_CONNECTIONS in rights],
        ],
    )
