-- What was landed: the fields that the rules need, and nothing else of what Zoom sent.
-- depends: 0003.integration 0004.ingress
create table zoom_raw.events (
    organization_id text not null,
    -- Own time first, then a hash of the event's identity: keys of one batch lie side by side in the index.
    event_id text not null,
    session_id text,  -- null for user.* and app_deauthorized
    zoom_account_id text not null,
    event text not null,
    batch bigint not null,  -- the batch that landed the event or last changed it
    occurred_at timestamptz not null,  -- the event's own time
    first_received_at timestamptz not null,
    fields jsonb not null,
    primary key (organization_id, event_id)
);
create index events_batch on zoom_raw.events (batch);
create index events_session on zoom_raw.events (organization_id, session_id) where session_id is not null;
-- What is known of Zoom users is compared at every tick, without reading the meetings.
create index events_of_users on zoom_raw.events (organization_id, zoom_account_id)
    where event in ('user.created', 'user.updated', 'user.activated');

create index events_of_deauthorization on zoom_raw.events (organization_id, zoom_account_id)
    where event = 'app_deauthorized';

-- Zoom's user list: one row per version of a Zoom user that an import saw, so an import without news adds nothing.
create table zoom_raw.users (
    organization_id text not null,
    zoom_account_id text not null,
    zoom_user_id text not null,
    imported_at timestamptz not null,
    batch bigint not null,
    email text,
    first_name text,
    last_name text,
    display_name text,
    user_type text,
    status text,
    zoom_created_at timestamptz,
    primary key (organization_id, zoom_account_id, zoom_user_id, imported_at)
);

-- When each account's users were imported: an import that changed nothing is an observation, too.
create table zoom_raw.imports (
    organization_id text not null,
    zoom_account_id text not null,
    imported_at timestamptz not null,
    batch bigint not null,
    primary key (organization_id, zoom_account_id, imported_at)
);

-- Zoom Phone's user list: which extension is whose. One row per version, as above.
create table zoom_raw.phone_users (
    organization_id text not null,
    zoom_account_id text not null,
    zoom_user_id text not null,
    imported_at timestamptz not null,
    batch bigint not null,
    extension_id text,
    extension_number text,
    primary key (organization_id, zoom_account_id, zoom_user_id, imported_at)
);

grant usage on schema zoom_raw to pipeline, page;
grant select, insert, update, delete on all tables in schema zoom_raw to pipeline;
grant select on zoom_raw.users, zoom_raw.phone_users to page;
