-- When a run of a job succeeded last, for jobs that leave no other trace of it: an audit that failed is shown until one
-- has passed.
-- depends: 0015.failures
create table pipeline.passed_jobs (
    job text primary key,
    passed_at timestamptz not null
);

grant select, insert, update, delete on pipeline.passed_jobs to pipeline;
grant select on pipeline.passed_jobs to page;
