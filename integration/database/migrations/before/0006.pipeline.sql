-- The pipeline's own memory: batches, the copy of the settings it last derived from, and how far each model has come.
-- depends: 0005.zoom-raw
create table pipeline.batches (
    batch bigint primary key,
    as_of timestamptz not null,  -- the time the batch takes for now
    run_id text,
    started_at timestamptz not null default now(),
    landed_at timestamptz,  -- everything of the batch is landed: models may take it for done once they used it
    finished_at timestamptz  -- null: running, or it failed and the next batch takes up its work
);

-- One row per fact that a setting states, with the time in which it holds. All kinds have one shape, so that one
-- comparison finds every change and exactly the time it concerns.
create table pipeline.settings (
    organization_id text not null,
    kind text not null,
    subject text not null,
    value text not null,
    zoom_account_id text not null,  -- '' where the fact is the organization's
    valid tstzmultirange not null,
    primary key (organization_id, kind, subject, value, zoom_account_id)
);
create index settings_value on pipeline.settings (organization_id, kind, value);

create table pipeline.setting_changes (
    organization_id text not null,
    kind text not null,
    subject text not null,
    value text not null,
    zoom_account_id text not null,
    batch bigint not null,
    changed tstzmultirange not null  -- when the fact holds now and did not before, or the other way round
);
create index setting_changes_batch on pipeline.setting_changes (batch);

-- A WorkSights user's emails as batches saw them; the first one counts from the beginning.
create table pipeline.user_emails (
    organization_id text not null,
    user_id text not null,
    known_from timestamptz not null,
    email text not null,
    primary key (organization_id, user_id, known_from)
);

-- The last batch that a model has taken up, written in the transaction that changes the model.
create table pipeline.progress (
    model text primary key,
    batch bigint not null
);

-- The state of the dbt project that the views were built from; one row.
create table pipeline.built_views (
    is_one boolean primary key default true check (is_one),
    fingerprint text not null,
    built_at timestamptz not null default now()
);

-- Runs of Dagster that failed, for `status` and the page.
create table pipeline.run_failures (
    run_id text primary key,
    failed_at timestamptz not null default now(),
    job text not null,
    steps text[] not null
);
create index run_failures_failed_at on pipeline.run_failures (failed_at);

grant usage on schema pipeline to pipeline, page;
grant select, insert, update, delete on all tables in schema pipeline to pipeline;
grant select on pipeline.batches, pipeline.run_failures to page;
