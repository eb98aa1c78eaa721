"""Counts the outcomes of some days by cause and person, as the viewer may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.explain.causes import CAUSES, Cause
from integration.web.missing.cause import CAUSE
from integration.web.missing.search import MATCHING, SearchCriteria
from integration.web.missing.seen import IS_GUEST_HIDDEN, SEEN, Visibility, limits

PEOPLE_SHOWN = 5  # of one cause


@dataclass(frozen=True)
class OfPerson:
    """One person's participations of one cause. `of` finds them (SearchCriteria); it is None for
    all guests together whom the viewer may not know, and `name` is None for somebody unnamed.
    """

    of: str | None
    user_id: str | None
    zoom_user_id: str | None
    person_id: str | None
    name: str | None
    email: str | None
    is_own: bool
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Group:
    """The participations of one cause, and of one feature where the cause is a switch. `people` is
    how many there are, without guests whom the viewer may not know; `shown` are those with most.
    """

    cause: Cause
    feature: str | None
    count: int
    people: int
    first: datetime
    shown: Sequence[OfPerson]


@dataclass(frozen=True)
class _Row(OfPerson):
    cause: str
    feature: str | None
    group_count: int
    group_people: int
    group_first: datetime


# Equal outcomes are put together first, so that a person's details are looked up once.
_GROUPS = SQL("""
    with judged as (
        select
            judged.organization_id, judged.user_id, judged.zoom_user_id, judged.email,
            judged.feature, judged.outcome, judged.is_nobody, judged.is_paused,
            own.is_own, own.is_reports, max(judged.display_name) as display_name,
            count(*) as count, min(judged.ended_at) as first, max(judged.ended_at) as last
        {seen} {matching}
            and judged.outcome <> 'activity'
        group by
            judged.organization_id, judged.user_id, judged.zoom_user_id, judged.email,
            judged.feature, judged.outcome, judged.is_nobody, judged.is_paused,
            own.is_own, own.is_reports
    ),
    named as (
        select
            judged.*, {cause} as cause,
            case when not {is_guest_hidden} then
                coalesce(judged.user_id, judged.zoom_user_id, judged.email)
            end as of
        from judged
        cross join lateral (select judged.is_own, judged.is_reports) as own
    ),
    of_people as (
        select
            cause,
            case
                when cause in ('not_subscribed', 'switched_since', 'feature_off') then feature
            end as feature,
            of, bool_or(is_own) as is_own,
            case when of is not null then max(user_id) end as user_id,
            case when of is not null then max(zoom_user_id) end as zoom_user_id,
            case when of is not null then max(display_name) end as display_name,
            case when of is not null then max(email) end as email,
            sum(count)::bigint as count, min(first) as first, max(last) as last
        from named
        group by 1, 2, of
    ),
    placed as (
        select
            of_people.*,
            sum(count) over of_cause as group_count,
            count(of) over of_cause as group_people,
            min(first) over of_cause as group_first,
            row_number() over (
                partition by cause, feature
                order by of is null, count desc, last desc, of collate "C"
            ) as place
        from of_people
        window of_cause as (partition by cause, feature)
    )
    select
        placed.of, placed.user_id, placed.zoom_user_id,
        case when placed.user_id is null then addresses.person_id end as person_id,
        coalesce(users.full_name, placed.display_name) as name,
        coalesce(users.email, placed.email) as email, placed.is_own, placed.count, placed.first,
        placed.last, placed.cause, placed.feature, placed.group_count::bigint,
        placed.group_people, placed.group_first
    from placed
    left join worksights.users
        on users.organization_id = %(organization)s and users.user_id = placed.user_id
    left join clientsights_raw.email_addresses as addresses
        on addresses.organization_id = %(organization)s and addresses.address = placed.email
    where placed.place <= %(people)s
    order by placed.cause, placed.feature, placed.place
""").format(seen=SEEN, matching=MATCHING, cause=CAUSE, is_guest_hidden=IS_GUEST_HIDDEN)
_ENTRIES = SQL("""
    select count(*) {seen} {matching}
        and judged.outcome = 'activity'
""").format(seen=SEEN, matching=MATCHING)


def groups_of(
    connection: psycopg.Connection, sight: Visibility, criteria: SearchCriteria
) -> list[Group]:
    """What is missing: the causes that can be fixed first, then those with the most. The criteria's
    own cause does not count.
    """
    found = rows.every(
        connection,
        _Row,
        _GROUPS,
        {**limits(sight), **vars(criteria), "people": PEOPLE_SHOWN},
    )
    groups = [
        _group([*of_one]) for _, of_one in groupby(found, lambda row: (row.cause, row.feature))
    ]
    order = [*CAUSES.values()]
    return sorted(groups, key=lambda group: (order.index(group.cause), -group.count))


def count_entries(
    connection: psycopg.Connection, sight: Visibility, criteria: SearchCriteria
) -> int:
    """How many of the outcomes that match are entries."""
    return rows.scalar(connection, int, _ENTRIES, {**limits(sight), **vars(criteria)})


def _group(found: list[_Row]) -> Group:
    any_of = found[0]
    return Group(
        CAUSES[any_of.cause],
        any_of.feature,
        any_of.group_count,
        any_of.group_people,
        any_of.group_first,
        found,
    )
