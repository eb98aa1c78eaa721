insert into integration.causes (organization_id, cause, subject, since, noticed_at)
values ('FIRM', 'connection', 'FIRM-account', '2025-06-01', '2025-06-01');
insert into integration.notifications
    (cause_id, organization_id, channel, created_at, next_attempt_at, expires_at)
select cause_id, organization_id, 'mail', '2025-06-01', '2025-06-01', '2099-01-01'
from integration.causes where organization_id = 'FIRM';
insert into integration.last_looks (what, looked_at) values ('causes', '2025-06-01')
on conflict do nothing;
