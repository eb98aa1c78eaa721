-- KEY is the tombstone key's id.
insert into integration.tombstone_key (key_id) values ('KEY') on conflict do nothing;
