-- What is known of Zoom users: versions may say that an import did not list somebody, and emails are compared in one
-- spelling, whatever the database's locale.
-- depends: 0018.cleaned-texts

-- A version of a Zoom user may be that an import did not list them any more.
alter table zoom_raw.users add column is_listed boolean not null default true;

-- What is known of Zoom users is compared at every tick, without reading the meetings.
drop index zoom_raw.events_of_users;
create index events_of_users on zoom_raw.events (organization_id, zoom_account_id)
    where event in (
        'user.created', 'user.updated', 'user.activated', 'user.deactivated', 'user.deleted', 'user.disassociated'
    );

-- Zoom users' emails and names as imports and user events gave them, and when.
create view pipeline.zoom_user_observations as
select
    organization_id, zoom_account_id, zoom_user_id, imported_at as known_from, 'import' as source,
    lower(email collate "C") collate "default" as email,
    coalesce(display_name, nullif(concat_ws(' ', first_name, last_name), '')) as display_name
from zoom_raw.users
where is_listed
union all
select
    organization_id, zoom_account_id, fields ->> 'zoom_user_id', occurred_at, 'event',
    lower((fields ->> 'email') collate "C") collate "default",
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
    'import', lower(listed.email collate "C") collate "default",
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
    select users.email, users.display_name, users.first_name, users.last_name, users.is_listed from zoom_raw.users
    where users.organization_id = events.organization_id
        and users.zoom_account_id = events.zoom_account_id
        and users.zoom_user_id = events.fields ->> 'zoom_user_id'
        and users.imported_at <= next_import.imported_at
    order by users.imported_at desc
    limit 1
) as listed
where events.event in ('user.created', 'user.updated', 'user.activated') and listed.is_listed;

-- Emails and names, each with the time in which it holds.
create view pipeline.zoom_user_texts_now as
with facts as (
    select organization_id, zoom_account_id, zoom_user_id, known_from, source, 'zoom_user_email' as kind, email as value
    from pipeline.zoom_user_observations
    where email is not null
    union all
    select
        organization_id, zoom_account_id, zoom_user_id, known_from, source, 'zoom_user_name',
        left(display_name, 512)  -- a key has an end
    from pipeline.zoom_user_observations
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

create or replace view pipeline.zoom_user_facts_now as
select organization_id, kind, subject, value, zoom_account_id, valid
from pipeline.zoom_user_texts_now;

grant select on pipeline.zoom_user_texts_now to pipeline;
