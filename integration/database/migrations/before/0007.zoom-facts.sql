-- What is known of Zoom users and accounts, as facts with the time in which each holds.
-- depends: 0006.pipeline

-- An account's time: connected, disconnected after a connection, or (no row) before its first connection.
create view pipeline.account_times_now as
with connected as (
    select
        organization_id,
        zoom_account_id,
        min(connected_at) as first_connected_at,
        range_agg(tstzrange(connected_at, disconnected_at + greatest(connected_at - disconnected_at, interval '0'))) as valid
    from integration.connections
    group by organization_id, zoom_account_id
)
select organization_id, 'account_time' as kind, zoom_account_id as subject, 'connected' as value, zoom_account_id, valid
from connected
union all
select
    organization_id,
    'account_time',
    zoom_account_id,
    'disconnected',
    zoom_account_id,
    tstzmultirange(tstzrange(first_connected_at, null)) - valid
from connected;

-- What was known of a Zoom user, and from when: imports, and the user events that carry the field.
create view pipeline.zoom_user_facts_now as
with observations as (
    select
        organization_id, zoom_account_id, zoom_user_id, imported_at as known_from, 'import' as source,
        lower(email) as email,
        coalesce(display_name, nullif(concat_ws(' ', first_name, last_name), '')) as display_name
    from zoom_raw.users
    union all
    select
        organization_id, zoom_account_id, fields ->> 'zoom_user_id', occurred_at, 'event',
        lower(fields ->> 'email'),
        coalesce(
            fields ->> 'display_name',
            nullif(concat_ws(' ', fields ->> 'first_name', fields ->> 'last_name'), '')
        )
    from zoom_raw.events
    where event in ('user.created', 'user.updated', 'user.activated')
    union all
    -- The first import after an event says again what Zoom's list said, although no row was added for it.
    select
        events.organization_id, events.zoom_account_id, events.fields ->> 'zoom_user_id', next_import.imported_at,
        'import', lower(listed.email),
        coalesce(listed.display_name, nullif(concat_ws(' ', listed.first_name, listed.last_name), ''))
    from zoom_raw.events
    cross join lateral (
        select imports.imported_at from zoom_raw.imports
        where imports.organization_id = events.organization_id
            and imports.zoom_account_id = events.zoom_account_id
            and imports.imported_at > events.occurred_at
        order by imports.imported_at
        limit 1
    ) as next_import
    cross join lateral (
        select users.email, users.display_name, users.first_name, users.last_name from zoom_raw.users
        where users.organization_id = events.organization_id
            and users.zoom_account_id = events.zoom_account_id
            and users.zoom_user_id = events.fields ->> 'zoom_user_id'
            and users.imported_at <= next_import.imported_at
        order by users.imported_at desc
        limit 1
    ) as listed
    where events.event in ('user.created', 'user.updated', 'user.activated')
),
facts as (
    select organization_id, zoom_account_id, zoom_user_id, known_from, source, 'zoom_user_email' as kind, email as value
    from observations
    where email is not null
    union all
    select
        organization_id, zoom_account_id, zoom_user_id, known_from, source, 'zoom_user_name',
        left(display_name, 512)  -- a key has an end
    from observations
    where display_name is not null
),
-- Of facts with one time the event's counts, then the greatest text: a rule that knows no order of arrival.
versions as (
    select distinct on (organization_id, kind, zoom_account_id, zoom_user_id, known_from)
        organization_id, kind, zoom_account_id, zoom_user_id, known_from, value
    from facts
    order by
        organization_id, kind, zoom_account_id, zoom_user_id, known_from, source = 'event' desc, value collate "C" desc
),
intervals as (
    select
        organization_id, kind, zoom_account_id, zoom_user_id, value,
        tstzrange(
            case when row_number() over versions_of_user > 1 then known_from end,
            lead(known_from) over versions_of_user
        ) as valid
    from versions
    window versions_of_user as (
        partition by organization_id, kind, zoom_account_id, zoom_user_id order by known_from
    )
)
select organization_id, kind, zoom_user_id as subject, value, zoom_account_id, range_agg(valid) as valid
from intervals
group by organization_id, kind, zoom_user_id, value, zoom_account_id;

-- Which extension was whose, as imports saw it.
create view pipeline.phone_user_facts_now as
with facts as (
    select
        organization_id, zoom_account_id, zoom_user_id, imported_at, 'phone_extension_id' as kind,
        extension_id as value
    from zoom_raw.phone_users
    union all
    select
        organization_id, zoom_account_id, zoom_user_id, imported_at, 'phone_extension_number',
        extension_number
    from zoom_raw.phone_users
),
intervals as (
    select
        organization_id, kind, zoom_account_id, zoom_user_id, value,
        tstzrange(
            case when row_number() over versions_of_user > 1 then imported_at end,
            lead(imported_at) over versions_of_user
        ) as valid
    from facts
    window versions_of_user as (
        partition by organization_id, kind, zoom_account_id, zoom_user_id order by imported_at
    )
)
select organization_id, kind, zoom_user_id as subject, value, zoom_account_id, range_agg(valid) as valid
from intervals
where value is not null
group by organization_id, kind, zoom_user_id, value, zoom_account_id;
