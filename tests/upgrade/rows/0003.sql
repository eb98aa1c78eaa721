insert into pipeline.built_views (kind, fingerprint) values ('facts', 'of an earlier release')
on conflict do nothing;
