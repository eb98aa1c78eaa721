insert into integration.keys (purpose, key_id, process) values ('tombstone', 'KEY', 'pipeline')
on conflict do nothing;
