-- What a failed run found: the names of the checks that failed, for the page.
-- depends: 0015.failures
alter table pipeline.run_failures add column checks text[] not null default '{}';
