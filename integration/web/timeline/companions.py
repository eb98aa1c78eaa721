"""Reads who else was in the sessions of a user's day."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from integration.database import rows

PEOPLE_LISTED = 25  # per session; a webinar has thousands


@dataclass(frozen=True)
class Companion:
    """Another person in a session. `name` is None if unknown or excluded; `user_id` is that of a
    colleague; `person_id`, `kind` and the company are those of an external person. `affiliation` is
    that of timeline.participants, `people` the number of other people in the session.
    """

    session_id: str
    name: str | None
    user_id: str | None
    person_id: str | None
    kind: str | None
    company_id: str | None
    company: str | None
    affiliation: str
    is_excluded: bool
    is_guessed: bool
    shared_seconds: int
    people: int

    @property
    def side(self) -> str:
        """The affiliation as it is shown. If nothing is shown about the person, the affiliation is
        not shown either.
        """
        return self.affiliation if self.name or self.is_excluded else "unknown"


def companions(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    user_id: str,
    session_ids: Sequence[str],
) -> list[Companion]:
    """The other people in these sessions, each once: external people first, so that colleagues
    do not crowd them out, then by shared time. Indexes on session return the participants and when
    they were there, those on address and ids the rest.

    An external participant without a row in clientsights.people is excluded, and stays nameless.
    """
    return rows.every(
        connection,
        Companion,
        """
        with others as (
            select
                own.session_id,
                coalesce(users.user_id, addresses.person_id, participants.participant_id) as who,
                coalesce(
                    max(users.full_name), max(people.display_name), max(participants.display_name)
                ) as name,
                max(users.user_id) as user_id,
                max(people.person_id) as person_id,
                max(people.kind) as kind,
                max(people.company_id) as company_id,
                case
                    when bool_or(participants.affiliation = 'internal') then 'internal'
                    when bool_or(participants.affiliation = 'external') then 'external'
                    else 'unknown'
                end as affiliation,
                bool_or(
                    participants.outcome = 'excluded'
                    or (addresses.person_id is not null and people.person_id is null)
                ) as is_excluded,
                bool_or(people.name_source = 'guess') is true as is_guessed,
                range_agg(presence.presence) * own.presence as shared
            from intermediate.int_entries as own
            inner join timeline.participants using (organization_id, session_id)
            inner join intermediate.int_presence as presence
                using (organization_id, session_id, participant_id)
            left join worksights.users
                on users.organization_id = participants.organization_id
                and users.user_id = participants.user_id
            left join clientsights_raw.email_addresses as addresses
                on addresses.organization_id = participants.organization_id
                and addresses.address = participants.email
                and participants.user_id is null  -- mapped participants are colleagues
            left join clientsights.people
                on people.organization_id = addresses.organization_id
                and people.person_id = addresses.person_id
            where own.organization_id = %(organization)s and own.user_id = %(user)s
                and own.session_id = any(%(sessions)s)
                and participants.user_id is distinct from own.user_id
                and presence.duration_seconds > 0
            group by own.session_id, who, own.presence
        ),
        ranked as (
            select
                others.*,
                together.shared_seconds,
                count(*) over (partition by others.session_id)::integer as people,
                row_number() over (
                    partition by others.session_id
                    order by
                        others.affiliation = 'external' desc, others.affiliation = 'internal' desc,
                        together.shared_seconds desc, others.name, others.who
                ) as rank
            from others
            cross join lateral (
                select coalesce(extract(epoch from sum(upper(stay) - lower(stay))), 0)::integer
                    as shared_seconds
                from unnest(others.shared) as stay
            ) as together
        )
        select
            ranked.session_id,
            case when not ranked.is_excluded then ranked.name end as name,
            ranked.user_id,
            case when not ranked.is_excluded then ranked.person_id end as person_id, ranked.kind,
            case when not ranked.is_excluded then companies.company_id end as company_id,
            case when not ranked.is_excluded then companies.name end as company,
            ranked.affiliation, ranked.is_excluded, ranked.is_guessed, ranked.shared_seconds,
            ranked.people
        from ranked
        left join clientsights.companies
            on companies.organization_id = %(organization)s
            and companies.company_id = ranked.company_id
        where ranked.rank <= %(listed)s
        order by ranked.session_id, ranked.rank
        """,
        {
            "organization": organization_id,
            "user": user_id,
            "sessions": list(session_ids),
            "listed": PEOPLE_LISTED,
        },
    )
