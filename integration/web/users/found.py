"""SQL that finds an organization's Zoom users and their current mappings (contract, 5.8)."""

from collections.abc import Mapping

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.explain.phone_licenses import LICENSES
from integration.pipeline.marts import marts_exist


def with_found(connection: psycopg.Connection, *, by_entries: bool) -> Composed:
    """The `with` clause of a statement; its last part is `found`. Parameters are organization,
    zoom_user (or None) and search. Without `by_entries`, no waiting entries are counted.
    """
    counts = by_entries and marts_exist(connection)
    return _FOUND.format(
        licenses=LICENSES, entries_waiting=_ENTRIES_WAITING if counts else SQL("0")
    )


def count_columns(kinds: Mapping[str, SQL]) -> Composed:
    """Columns that count the rows of each kind."""
    count = SQL("count(*) filter (where {}) as {}")
    return SQL(", ").join(count.format(kind, Identifier(name)) for name, kind in kinds.items())


# Counted only for unmapped Zoom users, with an index that has all columns.
_ENTRIES_WAITING = SQL("""
        case when manual.zoom_user_id is null and by_email.user_id is null then (
            select count(*) from timeline.participants
            where participants.organization_id = %(organization)s
                and participants.zoom_user_id = known.zoom_user_id
                and participants.outcome = 'not_mapped'
        ) else 0 end
""")
# Emails and names are those of the latest batch, from imports and user events. If there are none
# yet, those of a later import are used.
_FOUND = SQL("""
    with imported as (
        select distinct on (zoom_account_id, zoom_user_id)
            zoom_account_id, zoom_user_id, status,
            lower(email collate "C") collate "default" as email,
            coalesce(
                display_name, nullif(concat_ws(' ', first_name, last_name), '')
            ) as display_name
        from zoom_raw.users
        where organization_id = %(organization)s
            and (%(zoom_user)s::text is null or zoom_user_id = %(zoom_user)s)
        order by zoom_account_id, zoom_user_id, imported_at desc
    ),
    facts as (
        select
            zoom_account_id, subject as zoom_user_id,
            max(value) filter (where kind = 'zoom_user_email') as email,
            max(value) filter (where kind = 'zoom_user_name') as display_name
        from pipeline.settings
        where organization_id = %(organization)s
            and kind in ('zoom_user_email', 'zoom_user_name')
            and (%(zoom_user)s::text is null or subject = %(zoom_user)s)
            and valid @> now()
        group by zoom_account_id, subject
    ),
    phone_users as ({licenses}),
    known as (
        select
            zoom_account_id,
            -- Not coalesce(): below a policy, no index is used with it (see entries_waiting).
            case
                when imported.zoom_user_id is null then facts.zoom_user_id
                else imported.zoom_user_id
            end as zoom_user_id,
            imported.status,
            coalesce(facts.display_name, imported.display_name) as display_name,
            coalesce(facts.email, imported.email) as email,
            coalesce(phone_users.has_phone, false) as has_phone
        from imported
        full outer join facts using (zoom_account_id, zoom_user_id)
        left join phone_users using (zoom_account_id, zoom_user_id)
    ),
    manual as (
        select zoom_user_id, user_id
        from (
            select distinct on (zoom_user_id) zoom_user_id, user_id, is_by_email
            from integration.mapping_changes
            where zoom_account_id in (
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
                and effective_from <= now()
            order by zoom_user_id, effective_from desc, changed_at desc, change_id desc
        ) as latest
        where not is_by_email
    ),
    by_email as (
        select distinct on (email) user_id, email
        from (
            select
                users.user_id, users.deactivated_at,
                coalesce(
                    known.value, lower(btrim(users.email) collate "C") collate "default"
                ) as email
            from worksights.users
            left join pipeline.settings as known
                on known.organization_id = users.organization_id and known.kind = 'user_email'
                and known.subject = users.user_id and known.valid @> now()
            where users.organization_id = %(organization)s
        ) as emails
        order by
            email, coalesce(deactivated_at <= now(), false), user_id collate "C"
    ),
    found as (
        select
            known.zoom_account_id, known.zoom_user_id, known.display_name, known.email,
            known.status, known.has_phone,
            case
                when manual.user_id is not null then 'manual'
                when manual.zoom_user_id is not null then 'nobody'
                when by_email.user_id is not null then 'email'
                else 'unmapped'
            end as mapping,
            coalesce(manual.user_id, by_email.user_id) as user_id,
            users.full_name as user_name, users.email as user_email, users.deactivated_at,
            requests.zoom_user_id is not null as is_waiting,
            {entries_waiting} as entries_waiting
        from known
        left join manual using (zoom_user_id)
        left join by_email on manual.zoom_user_id is null and by_email.email = known.email
        left join worksights.users
            on users.organization_id = %(organization)s
            and users.user_id = coalesce(manual.user_id, by_email.user_id)
        left join integration.mapping_requests as requests
            on requests.organization_id = %(organization)s
            and requests.zoom_user_id = known.zoom_user_id
            and requests.decision is null
        where %(search)s::text = ''
            or strpos(lower(concat_ws(
                E'\\n', known.display_name, known.email, known.zoom_user_id, users.full_name,
                users.email
            )), lower(%(search)s)) > 0
    )
""")
