-- What could not be derived: one row per model and scope (the values of the columns that the model is derived by, such
-- as organization and session). Its rows as they were before stay, and everything else is derived.
-- depends: 0014.page-speed
create table pipeline.failures (
    model text not null,  -- schema.table, or the step of the pipeline
    organization_id text not null,
    scope jsonb not null,
    error text not null,  -- an SQLSTATE or the class of a Python error: messages may hold personal data
    batch bigint not null,  -- the batch that tried it last
    failed_at timestamptz not null default now(),
    primary key (model, scope)
);
create index failures_organization on pipeline.failures (organization_id);

grant select, insert, update, delete on pipeline.failures to pipeline;
grant select on pipeline.failures to page;
