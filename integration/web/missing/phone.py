"""Names those whose phone calls are missing because they have no Zoom Phone license."""

import psycopg

from integration.database import rows
from integration.explain.appearances import explained_users
from integration.explain.phone_licenses import lacks_phone, why_no_calls
from integration.web.missing.search_form import MissingSearch
from integration.web.missing.seen import Visibility

MOST = 5  # people that a search finds; for more of them, Features has the list
_FOUND = """
    select email from worksights.users
    where organization_id = %(organization)s and deactivated_at is null
        and (%(everyone)s or user_id = any(%(visible)s))
        and (%(of)s = '' or user_id = %(of)s)
        and strpos(lower(full_name || ' ' || email), lower(%(person)s)) > 0
    order by lower(full_name), user_id
    limit %(limit)s
"""


def reasons_without_calls(
    connection: psycopg.Connection, sight: Visibility, asked: MissingSearch
) -> list[str]:
    """A sentence for the viewer, if they see only their own, and for each person searched for."""
    viewer = sight.viewer
    if not sight.sees_others:
        return [why_no_calls(None)] if lacks_phone(connection, viewer) else []
    if not asked.person and not asked.of:
        return []
    emails = rows.scalars(
        connection,
        str,
        _FOUND,
        {
            "organization": viewer.organization_id,
            "everyone": sight.sees_everyone,
            "visible": [viewer.user_id, *sight.reports],
            "of": asked.of,
            "person": asked.person,
            "limit": MOST + 1,
        },
    )
    if len(emails) > MOST:
        return []
    found = [
        user
        for email in emails
        for user in explained_users(connection, email=email, organization_id=viewer.organization_id)
    ]
    return [why_no_calls(user.full_name) for user in found if lacks_phone(connection, user)]
