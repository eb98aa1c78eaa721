"""Who has a Zoom Phone license in Zoom, as imported. Zoom reports no one else's calls."""

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.explain.appearances import ExplainedUser

# Zoom users by account -> whether they have a license. Parameter: organization.
LICENSES = SQL("""
    select distinct on (zoom_account_id, zoom_user_id)
        zoom_account_id, zoom_user_id,
        coalesce(extension_id, extension_number) is not null as has_phone
    from zoom_raw.phone_users
    where organization_id = %(organization)s
    order by zoom_account_id, zoom_user_id, imported_at desc
""")
# The accounts whose licenses are known. For the others, Zoom refused the list or it has not been
# read yet, so no one there can be said to lack a license. Parameter: organization.
ACCOUNTS_WITH_LICENSES = SQL("""
    select zoom_account_id from integration.connections
    where organization_id = %(organization)s
        and disconnected_at is null
        and users_imported_at is not null
        and phone_detail is null
""")
_LACKS = SQL("""
    with zoom_users as (
        select distinct zoom_account_id, zoom_user_id from zoom_raw.users
        where organization_id = %(organization)s and zoom_user_id = any(%(zoom_users)s)
    ),
    licenses as ({licenses})
    select coalesce(
        bool_and(zoom_users.zoom_account_id in ({accounts}))
        and not bool_or(coalesce(licenses.has_phone, false)),
        false
    )
    from zoom_users
    left join licenses using (zoom_account_id, zoom_user_id)
""").format(licenses=LICENSES, accounts=ACCOUNTS_WITH_LICENSES)


def lacks_phone(connection: psycopg.Connection, user: ExplainedUser) -> bool:
    """Whether none of the user's Zoom users has a license. False if that is not known, and for
    somebody without a Zoom user, whose calls are missing for that reason.
    """
    return rows.scalar(
        connection,
        bool,
        _LACKS,
        {"organization": user.organization_id, "zoom_users": user.zoom_user_ids},
    )


def why_no_calls(name: str | None) -> str:
    """The reason for somebody without a license; None is the reader."""
    if name:
        return f"{name} has no Zoom Phone license, so Zoom reports no calls."
    return "You have no Zoom Phone license, so Zoom reports no calls for you."
