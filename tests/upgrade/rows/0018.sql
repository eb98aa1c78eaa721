insert into integration.openid_providers
    (organization_id, issuer, client_id, client_secret, verified_by)
values ('FIRM', 'https://id.FIRM.example', 'client', 'SEALED', 'email_verified');
insert into integration.openid_subjects (organization_id, subject_hash, user_id)
values ('FIRM', 'FIRM-subject', 'FIRM-ann');
