insert into integration.notices_seen (organization_id, user_id, version)
values ('FIRM', 'FIRM-ann', 1);
