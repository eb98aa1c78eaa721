insert into integration.digest_subscriptions (organization_id, user_id, is_on)
values ('FIRM', 'FIRM-ann', true);
insert into integration.mails (kind, organization_id, user_id, monday, expires_at)
values ('digest', 'FIRM', 'FIRM-ann', '2025-06-02', '2099-01-01');
insert into integration.sign_in_requests (address_digest, client_digest)
values ('FIRM-address', 'FIRM-client');
