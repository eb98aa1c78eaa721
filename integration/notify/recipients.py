"""Who is notified of an organization's problems: the integration owners and its admins."""

import psycopg

from integration.database import rows
from integration.directory.rights import RIGHTS, Right

ADMINS = ("admin", "technical_admin")
# So that somebody hears of it where nobody has one of these roles.
OTHERWISE = ("owner", "executive")


def recipients_of(
    connection: psycopg.Connection, organization_id: str, *, connection_id: str
) -> list[str]:
    """The user ids of its active Admins and Technical Admins, and of the integration owner: of
    that connection, or of all in use if there is none with this id.
    """
    return rows.scalars(
        connection,
        str,
        """
        with active as (
            select user_id, role from worksights.users
            where organization_id = %(organization)s and role = any(%(may_see)s)
                and (deactivated_at is null or deactivated_at > now())
        ),
        owners as (
            select owner_user_id from integration.connections
            where organization_id = %(organization)s
                and case
                    when exists (
                        select from integration.connections as one
                        where one.organization_id = %(organization)s
                            and one.connection_id = %(connection)s
                    ) then connection_id = %(connection)s
                    else disconnected_at is null
                end
        ),
        responsible as (
            select user_id from active
            where role = any(%(admins)s) or user_id in (select owner_user_id from owners)
        )
        select user_id from responsible
        union all
        select user_id from active
        where role = any(%(otherwise)s) and not exists (select from responsible)
        order by 1
        """,
        {
            "organization": organization_id,
            "connection": connection_id,
            "may_see": [role for role, rights in RIGHTS.items() if Right.SEE_CONNECTIONS in rights],
            "admins": list(ADMINS),
            "otherwise": list(OTHERWISE),
        },
    )
