insert into integration.erasure_requests (organization_id, user_id, due_at)
values ('FIRM', 'FIRM-ben', '2099-01-01');
