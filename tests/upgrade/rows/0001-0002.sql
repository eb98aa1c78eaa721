insert into pipeline.built_views (is_one, fingerprint) values (true, 'of an earlier release')
on conflict do nothing;
