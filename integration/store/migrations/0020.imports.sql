-- Whether an import read the whole list of users: only a complete one says that a user it did not list is gone.
-- depends: 0015.failures
alter table zoom_raw.imports add column is_complete boolean not null default true;
