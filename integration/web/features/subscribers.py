"""Reads which features are on for each user, and when their latest entry ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.explain.phone_licenses import ACCOUNTS_WITH_LICENSES
from integration.pipeline.marts import marts_exist
from integration.web.users.found import count_columns, with_found
from integration.zoom.features import FEATURES

# The list's filters.
SHOWN = {
    "all": SQL("true"),
    "mapped": SQL("is_mapped"),
    "unmapped": SQL("not is_mapped"),
    "phone": SQL("has_phone"),
    "off": SQL("off <> '{}'"),
    "meetings_off": SQL("'meetings' = any(off)"),
    "webinars_off": SQL("'webinars' = any(off)"),
    "phone_off": SQL("'phone' = any(off)"),
}


LastEntries = dict[tuple[str, str], datetime]  # (user, feature) -> the end of the latest entry


@dataclass(frozen=True)
class Subscriber:
    """An active WorkSights user; `off` names the features that are off for them. `lacks_phone` is
    whether it is known that none of their Zoom users has a Zoom Phone license.
    """

    user_id: str
    full_name: str
    email: str
    is_mapped: bool
    lacks_phone: bool
    off: list[str]


@dataclass(frozen=True)
class Subscribers:
    """One page of the users found, and the number of users found by filter."""

    page: list[Subscriber]
    counts: dict[str, int]


def subscribers_of(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str = "",
    show: str = "all",
    limit: int,
    offset: int = 0,
) -> Subscribers:
    """The users found: mapped ones first, then by name."""
    found = rows.every(
        connection,
        _Found,
        with_found(connection, by_entries=False)
        + _SUBSCRIBERS
        + _PAGE.format(shown=SHOWN[show], counts=count_columns(SHOWN)),
        {**_names(organization_id, search), "limit": limit, "offset": offset},
    )
    page = [
        Subscriber(
            one.user_id,
            one.full_name,
            one.email,
            is_mapped=one.is_mapped,
            lacks_phone=one.lacks_phone,
            off=one.off,
        )
        for one in found
        if one.user_id is not None
    ]
    return Subscribers(page, found[0].counts)


@dataclass(frozen=True)
class Chosen:
    """An active user whose features are to be switched. See Subscriber."""

    user_id: str
    is_mapped: bool
    lacks_phone: bool


def everybody_found(
    connection: psycopg.Connection, *, organization_id: str, search: str, show: str
) -> list[Chosen]:
    """All users that the list finds, on all its pages."""
    return rows.every(
        connection,
        Chosen,
        with_found(connection, by_entries=False) + _SUBSCRIBERS + _ALL.format(shown=SHOWN[show]),
        _names(organization_id, search),
    )


def users_with_ids(
    connection: psycopg.Connection, user_ids: Collection[str], *, organization_id: str
) -> list[Chosen]:
    """Those of these users who are active users of the organization."""
    return rows.every(
        connection,
        Chosen,
        with_found(connection, by_entries=False)
        + _SUBSCRIBERS
        + _ALL.format(shown=SQL("user_id = any(%(users)s)")),
        {**_names(organization_id, ""), "users": [*user_ids]},
    )


def last_processed(
    connection: psycopg.Connection, user_ids: list[str], *, organization_id: str
) -> LastEntries:
    """The end of the latest entry. Uses an index on these columns."""
    if not marts_exist(connection):
        return {}
    latest = connection.execute(
        """
        select users.user_id, features.feature, latest.ended_at
        from unnest(%(users)s::text[]) as users (user_id)
        cross join unnest(%(features)s::text[]) as features (feature)
        cross join lateral (
            select activities.ended_at from timeline.activities
            where activities.organization_id = %(organization)s
                and activities.user_id = users.user_id
                and activities.feature = features.feature
            order by activities.ended_at desc
            limit 1
        ) as latest
        """,
        {"organization": organization_id, "users": user_ids, "features": list(FEATURES)},
    )
    return {(user_id, feature): ended_at for user_id, feature, ended_at in latest}


@dataclass(frozen=True)
class _Found:
    """A user of the page, beside the counts; without a user if the page is empty."""

    user_id: str | None
    full_name: str
    email: str
    is_mapped: bool
    lacks_phone: bool
    off: list[str]
    counts: dict[str, int]


def _names(organization_id: str, search: str) -> dict[str, Any]:
    return {"organization": organization_id, "zoom_user": None, "search": "", "text": search}


_SUBSCRIBERS = SQL(""",
    mapped as (
        select
            user_id, bool_or(has_phone) as has_phone,
            bool_and(zoom_account_id in ({accounts})) as is_license_known
        from found
        where user_id is not null
        group by user_id
    ),
    switched_off as (
        select subject as user_id, array_agg(value) as off from facts.switches_off
        where organization_id = %(organization)s and subject <> '' and valid @> now()
        group by subject
    ),
    subscribers as (
        select
            users.user_id, users.full_name, users.email,
            mapped.user_id is not null as is_mapped,
            coalesce(mapped.has_phone, false) as has_phone,
            coalesce(not mapped.has_phone and mapped.is_license_known, false) as lacks_phone,
            coalesce(switched_off.off, '{{}}') as off
        from worksights.users
        left join mapped using (user_id)
        left join switched_off using (user_id)
        where users.organization_id = %(organization)s
            and users.deactivated_at is null
            and (
                %(text)s::text = ''
                or strpos(lower(users.full_name || E'\\n' || users.email), lower(%(text)s)) > 0
            )
    )
""").format(accounts=ACCOUNTS_WITH_LICENSES)
_PAGE = SQL("""
    , page as (
        select user_id, full_name, email, is_mapped, lacks_phone, off
        from subscribers
        where {shown}
        order by is_mapped desc, lower(full_name), user_id
        limit %(limit)s offset %(offset)s
    ),
    counts as (
        select {counts} from subscribers
    )
    select
        page.user_id, page.full_name, page.email, page.is_mapped, page.lacks_phone, page.off,
        to_jsonb(counts) as counts
    from counts
    left join page on true
    order by page.is_mapped desc, lower(page.full_name), page.user_id
""")
_ALL = SQL("select user_id, is_mapped, lacks_phone from subscribers where {shown}")
