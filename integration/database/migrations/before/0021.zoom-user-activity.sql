-- When a Zoom user was active: what user events, imports and their absence from complete imports say (contract, 5.4).
-- depends: 0019.zoom-users-listed 0020.imports
create view pipeline.zoom_user_activity_now as
with events as (
    select
        organization_id, zoom_account_id, fields ->> 'zoom_user_id' as zoom_user_id, occurred_at,
        event in ('user.created', 'user.activated') as is_active
    from zoom_raw.events
    where event in ('user.created', 'user.activated', 'user.deactivated', 'user.deleted', 'user.disassociated')
),
-- What imports said of a user, from one version to the next; before the first one they did not list them.
listings as (
    select
        organization_id, zoom_account_id, zoom_user_id, is_listed, status, imported_at as seen_from,
        coalesce(
            lead(imported_at) over (
                partition by organization_id, zoom_account_id, zoom_user_id order by imported_at
            ),
            'infinity'
        ) as seen_until
    from zoom_raw.users
    union all
    select organization_id, zoom_account_id, zoom_user_id, false, null, '-infinity', min(imported_at)
    from zoom_raw.users
    group by organization_id, zoom_account_id, zoom_user_id
    union all
    select distinct organization_id, zoom_account_id, zoom_user_id, false, null, '-infinity'::timestamptz,
        'infinity'::timestamptz
    from events
    where not exists (
        select from zoom_raw.users
        where users.organization_id = events.organization_id
            and users.zoom_account_id = events.zoom_account_id
            and users.zoom_user_id = events.zoom_user_id
    )
),
-- A version counts again in the first import after an event, although no row was added for it. Whoever imports did not
-- list any more, or not yet, is inactive from the first complete one on.
asked as (
    select organization_id, zoom_account_id, zoom_user_id, is_listed, status, seen_from, seen_until
    from listings
    where not is_listed
    union all
    select
        listings.organization_id, listings.zoom_account_id, listings.zoom_user_id, listings.is_listed,
        listings.status, events.occurred_at, listings.seen_until
    from listings
    inner join events
        on events.organization_id = listings.organization_id
        and events.zoom_account_id = listings.zoom_account_id
        and events.zoom_user_id = listings.zoom_user_id
        and events.occurred_at >= listings.seen_from
        and events.occurred_at < listings.seen_until
),
observations as (
    select organization_id, zoom_account_id, zoom_user_id, occurred_at as known_from, is_active, true as is_event
    from events
    union all
    select
        organization_id, zoom_account_id, zoom_user_id, seen_from, status is distinct from 'inactive', false
    from listings
    where is_listed
    union all
    select
        asked.organization_id, asked.zoom_account_id, asked.zoom_user_id, next_import.imported_at,
        asked.status is distinct from 'inactive', false
    from asked
    cross join lateral (
        select imports.imported_at from zoom_raw.imports
        where imports.organization_id = asked.organization_id
            and imports.zoom_account_id = asked.zoom_account_id
            and imports.imported_at >= asked.seen_from
            and imports.imported_at < asked.seen_until
        order by imports.imported_at
        limit 1
    ) as next_import
    where asked.is_listed
    union all
    select
        asked.organization_id, asked.zoom_account_id, asked.zoom_user_id, next_import.imported_at, false, false
    from asked
    cross join lateral (
        select imports.imported_at from zoom_raw.imports
        where imports.organization_id = asked.organization_id
            and imports.zoom_account_id = asked.zoom_account_id
            and imports.imported_at >= asked.seen_from
            and imports.imported_at < asked.seen_until
            and imports.is_complete
        order by imports.imported_at
        limit 1
    ) as next_import
    where not asked.is_listed
),
-- Of equal times active wins.
versions as (
    select distinct on (organization_id, zoom_account_id, zoom_user_id, known_from)
        organization_id, zoom_account_id, zoom_user_id, known_from, is_active, is_event
    from observations
    order by organization_id, zoom_account_id, zoom_user_id, known_from, is_active desc, is_event desc
),
intervals as (
    select
        organization_id, zoom_account_id, zoom_user_id, is_active, is_event, known_from,
        lead(known_from) over versions_of_user as known_until,
        row_number() over versions_of_user as number
    from versions
    window versions_of_user as (
        partition by organization_id, zoom_account_id, zoom_user_id order by known_from
    )
),
active as (
    select organization_id, zoom_account_id, zoom_user_id, tstzrange(known_from, known_until) as valid
    from intervals
    where is_active
    union all
    -- Before the first of them the opposite holds if it is an event, the same if it is an import.
    select organization_id, zoom_account_id, zoom_user_id, tstzrange(null, known_from)
    from intervals
    where number = 1 and is_active <> is_event
)
select
    organization_id, 'zoom_user_active' as kind, zoom_user_id as subject, '' as value, zoom_account_id,
    range_agg(valid) as valid
from active
group by organization_id, zoom_user_id, zoom_account_id;

create or replace view pipeline.zoom_user_facts_now as
select organization_id, kind, subject, value, zoom_account_id, valid
from pipeline.zoom_user_texts_now
union all
select organization_id, kind, subject, value, zoom_account_id, valid
from pipeline.zoom_user_activity_now;

grant select on pipeline.zoom_user_activity_now to pipeline;
