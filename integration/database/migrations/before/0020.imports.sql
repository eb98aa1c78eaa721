-- Whether an import read the whole list of users: only a complete one says that a user it did not list is gone.
-- depends: 0015.failures
alter table zoom_raw.imports add column is_complete boolean not null default true;

-- No connection waits longer than a day, nor one that Zoom has sent away for years before there was this bound.
update integration.connections set next_import_at = now() + interval '1 day'
where next_import_at > now() + interval '1 day';
