-- Erasure: what is never to come back, what was erased, and when an account that removed the app is erased.
-- depends: 0009.clientsights

-- Of what is never to come back only an HMAC with a key of its own is kept (setting TOMBSTONE_KEY).
create table integration.tombstones (
    organization_id text not null,
    kind text not null,
    digest text not null,  -- of organization, kind, value and, for what says something in one session only, the session
    person text not null,  -- the digest of the person's key: whose it was
    erased_at timestamptz not null default now(),
    primary key (organization_id, digest)
);
create index tombstones_person on integration.tombstones (organization_id, person);

-- Which key the tombstones were made with; no row: there are none. A wrong key would let everybody back in.
create table integration.tombstone_key (
    is_one boolean primary key default true check (is_one),
    key_id text not null
);

-- That something was erased, and how much; never whom.
create table integration.erasures (
    erasure_id bigint generated always as identity primary key,
    organization_id text not null,
    zoom_account_id text,  -- null: a person
    removed jsonb not null,  -- rows by table
    erased_at timestamptz not null default now()
);
create index erasures_organization on integration.erasures (organization_id, erased_at);

-- Zoom gives ten days to delete what an account that removed the app has left behind.
alter table integration.connections add column erase_due_at timestamptz;
create index connections_erase_due on integration.connections (erase_due_at) where erase_due_at is not null;

grant select, insert, update on integration.tombstones, integration.tombstone_key to pipeline;
grant select on integration.erasures to pipeline, page;
grant update (erase_due_at) on integration.connections to pipeline;
