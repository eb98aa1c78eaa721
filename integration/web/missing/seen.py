"""What the viewer may see of the outcomes, for the pages that read them.

Data that the viewer may not see is not read: other people's rows for most roles, other people's
topics and the guests' names for some. What is hidden cannot be searched for, and is not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.explain.appearances import ExplainedUser
from integration.identity.cleaning import cleaned_email
from integration.pipeline.marts import has_column, marts_exist


@dataclass(frozen=True)
class Visibility:
    """What the viewer may see: without `sees_everyone` only their own rows and those of `reports`,
    without `sees_every_topic` only the topics of their own sessions and, with
    `sees_topics_of_reports`, of those of `reports`, without `sees_guests` only who in their own
    organization took part. Somebody who keeps a session private has no row in it.
    """

    viewer: ExplainedUser
    sees_everyone: bool
    reports: frozenset[str]
    sees_topics_of_reports: bool
    sees_every_topic: bool
    sees_guests: bool

    @property
    def sees_others(self) -> bool:
        return self.sees_everyone or bool(self.reports)


def limits(sight: Visibility) -> dict[str, str | bool | Sequence[str] | None]:
    """The parameters of SEEN."""
    return {
        "organization": sight.viewer.organization_id,
        "user": sight.viewer.user_id,
        "email": cleaned_email(sight.viewer.email),
        "zoom_users": sight.viewer.zoom_user_ids,
        "everyone": sight.sees_everyone,
        "every_topic": sight.sees_every_topic,
        "reports": list(sight.reports),
        "topics_of_reports": sight.sees_topics_of_reports,
        "guests": sight.sees_guests,
    }


def outcomes_exist(connection: psycopg.Connection) -> bool:
    """Whether there are outcomes, with the columns that the statements below need: after an update
    of WorkSights the first batch adds them.
    """
    return marts_exist(connection) and has_column(
        connection, "intermediate.int_outcomes", "ended_at"
    )


# Whether it is somebody outside the organization whom the viewer may not know. Reads `judged`, and
# `own` as in SEEN.
IS_GUEST_HIDDEN = SQL("""
    (
        not own.is_own and not (
            %(guests)s or own.is_reports or judged.user_id is not null
            or exists (
                select from zoom_raw.users as imported
                where imported.organization_id = judged.organization_id
                    and imported.zoom_account_id = any(  -- the second column of the key
                        select zoom_account_id from integration.connections
                        where organization_id = %(organization)s
                    )
                    and imported.zoom_user_id = judged.zoom_user_id
            )
            or exists (
                select from worksights.users as by_email
                where by_email.organization_id = judged.organization_id
                    and lower(by_email.email collate "C") = judged.email
            )
            or exists (
                select from pipeline.settings as own_domains
                where own_domains.organization_id = judged.organization_id
                    and own_domains.kind = 'own_domain'
                    and facts.matches_address_or_domain(judged.email, own_domains.subject)
            )
        )
    )
""")
# The outcomes that the viewer may see, for statements that name columns before it and add
# conditions after it. Parameters are `limits`. `judged` has all that is needed to find, filter and
# count outcomes; what a page shows besides is read by key, for the few rows that it shows.
SEEN = SQL("""
    from intermediate.int_outcomes as judged
    cross join lateral (
        select
            coalesce(
                judged.user_id = %(user)s and judged.is_paused is not true
                    or judged.zoom_user_id = any(%(zoom_users)s) or judged.email = %(email)s,
                false
            ) as is_own,
            coalesce(
                judged.user_id = any(%(reports)s),
                judged.email in (
                    select lower(by_email.email collate "C") from worksights.users as by_email
                    where by_email.organization_id = %(organization)s
                        and by_email.user_id = any(%(reports)s)
                ),
                false
            ) as is_reports
    ) as own
    cross join lateral (
        select
            not (
                own.is_own or %(every_topic)s or own.is_reports and %(topics_of_reports)s
            ) as is_topic_hidden,
            {is_guest_hidden} as is_guest_hidden
    ) as seen
    where judged.organization_id = %(organization)s
        and (
            own.is_own
            or (%(everyone)s or own.is_reports) and judged.is_paused is not true
        )
""").format(is_guest_hidden=IS_GUEST_HIDDEN)
