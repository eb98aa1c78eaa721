"""Reads the entries of a user's days, each with how many external people were there and from
which companies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.page.titles import TITLE

Span = tuple[datetime, datetime]  # from, until

ROLES = {"host": "host", "attendee": "attendee", "caller": "caller", "callee": "recipient"}


@dataclass(frozen=True)
class Entry:
    """An entry of the timeline, in the span with this number. `seconds_in_span` is how much of its
    `duration_seconds` is in the span. `outside` is the number of external people, `companies`
    are the ids and names of theirs, that of most people first. `title` lacks a topic that the
    viewer may not read.
    """

    span: int
    session_id: str
    title: str
    role: str
    feature: str
    is_estimated: bool
    duration_seconds: int
    seconds_in_span: int
    outside: int
    companies: list[list[str]]
    started_at: datetime
    ended_at: datetime

    @property
    def heading(self) -> str:
        """The topic, the other party of a call, or the kind of session."""
        kind, _, subject = self.title.partition(": ")
        if self.is_call:
            return f"Call with {subject}" if subject else kind
        if subject:
            return subject
        kind = kind.partition(" ")[2]  # without "Hosted" or "Attended"
        return kind[:1].upper() + kind[1:]

    @property
    def kind(self) -> str:
        """What the heading leaves out: "hosted a scheduled meeting", or only the role."""
        kind, _, subject = self.title.partition(": ")
        return kind[:1].lower() + kind[1:] if subject else self.role_name

    @property
    def role_name(self) -> str:
        return ROLES[self.role]

    @property
    def is_call(self) -> bool:
        return self.feature == "phone"

    @property
    def is_hosted(self) -> bool:
        return self.role in ("host", "caller")

    @property
    def company(self) -> str:
        """The company as the picture shows it: "Contoso", "Contoso +2"; empty if none is known."""
        if not self.companies:
            return ""
        more = len(self.companies) - 1
        return f"{self.companies[0][1]} +{more}" if more else self.companies[0][1]


def entries_in(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    user_id: str,
    spans: Sequence[Span],
    topics_of: str | None,
) -> list[list[Entry]]:
    """For each of the spans, of which there is at least one, the entries that were present in it,
    by start. The index on user and start returns all entries that started before the last span's
    end, a few thousand a year; the indexes that start with the session give the people in each.

    `topics_of` is that of TITLE.
    """
    found = rows.every(
        connection,
        Entry,
        SQL("""
        with theirs as materialized (
            select
                activities.organization_id, activities.session_id, {title},
                activities.role, activities.feature, activities.is_estimated,
                activities.duration_seconds, activities.started_at, activities.ended_at,
                there.presence
            from timeline.activities
            inner join intermediate.int_entries as there
                using (organization_id, session_id, user_id)
            where activities.organization_id = %(organization)s
                and activities.user_id = %(user)s
                and activities.started_at < %(last)s and activities.ended_at > %(first)s
        )
        select
            spans.number::integer - 1 as span,
            theirs.session_id, theirs.title, theirs.role, theirs.feature, theirs.is_estimated,
            theirs.duration_seconds,
            (
                select extract(epoch from sum(upper(stay) - lower(stay)))::integer
                from unnest(theirs.presence * tstzmultirange(spans.span)) as stay
            ) as seconds_in_span,
            outsiders.people as outside, coalesce(outsiders.companies, '{{}}') as companies,
            theirs.started_at, theirs.ended_at
        from theirs
        inner join (
            select tstzrange(starts, ends) as span, number
            from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[])
                with ordinality as spans (starts, ends, number)
        ) as spans on theirs.presence && spans.span
        cross join lateral (
            select
                coalesce(sum(of_company.people), 0)::integer as people,
                array_agg(
                    array[companies.company_id, companies.name]
                    order by of_company.people desc, companies.name, companies.company_id
                ) filter (where companies.company_id is not null) as companies
            from (
                select
                    participants.company_id,
                    count(
                        distinct coalesce(participants.person_id, participants.participant_id)
                    ) as people
                from timeline.participants
                where participants.organization_id = theirs.organization_id
                    and participants.session_id = theirs.session_id
                    and participants.affiliation = 'external'
                    and participants.duration_seconds > 0
                group by participants.company_id
            ) as of_company
            left join clientsights.companies
                on companies.organization_id = theirs.organization_id
                and companies.company_id = of_company.company_id
        ) as outsiders
        order by spans.number, theirs.started_at, theirs.ended_at, theirs.session_id
        """).format(title=TITLE),
        {
            "organization": organization_id,
            "user": user_id,
            "starts": [start for start, _ in spans],
            "ends": [end for _, end in spans],
            "first": min(start for start, _ in spans),
            "last": max(end for _, end in spans),
            "topics_of": topics_of,
        },
    )
    return [[one for one in found if one.span == number] for number in range(len(spans))]
