-- Rows of one organization in every table of revision 0001. FIRM is its id, and SEALED an
-- encrypted token.
insert into worksights.organizations (organization_id, name) values ('FIRM', 'A firm');
insert into worksights.users (user_id, organization_id, email, full_name, role, time_zone, created_at)
values
    ('FIRM-ann', 'FIRM', 'Ann@FIRM.example', 'Ann Ash', 'owner', 'Europe/Berlin', '2025-01-01'),
    ('FIRM-ben', 'FIRM', 'ben@FIRM.example', 'Ben Bay', 'member', 'UTC', '2025-01-01');
insert into integration.connections
    (connection_id, organization_id, zoom_account_id, owner_user_id, connected_at, granted_at,
    users_imported_at, next_import_at)
values
    ('FIRM-connection', 'FIRM', 'FIRM-account', 'FIRM-ann', '2025-01-01', '2025-01-01',
    '2025-01-02', '2099-01-01');
insert into integration.tokens (connection_id, organization_id, grant_type, access_token)
values ('FIRM-connection', 'FIRM', 'authorization_code', 'SEALED');
insert into integration.mapping_changes
    (zoom_account_id, zoom_user_id, user_id, effective_from, changed_by)
values ('FIRM-account', 'zu-ann', 'FIRM-ann', '2025-01-01', 'FIRM-ann');
insert into integration.subscription_changes
    (organization_id, user_id, feature, is_on, effective_from, changed_by)
values ('FIRM', 'FIRM-ben', 'phone', false, '2025-01-01', 'FIRM-ann');
insert into integration.own_domains (organization_id, domain) values ('FIRM', 'FIRM.example');
insert into integration.domain_overrides (organization_id, domain, company_domain, company_name)
values ('FIRM', 'client.example', 'client-group.example', 'The Client Group');
insert into integration.exclusions (organization_id, email_or_domain) values ('FIRM', 'union.example');
insert into integration.identity_settings (organization_id, name, value)
values ('FIRM', 'alumni', 'off');
insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
values
    ('FIRM', 'FIRM-ann', 'connected', 'FIRM-account', '{"by": "page"}'),
    ('FIRM', 'FIRM-ann', 'mapped', 'zu-ann', '{}');
insert into integration.sign_in_links (token_hash, organization_id, user_id, expires_at)
values ('FIRM-link', 'FIRM', 'FIRM-ann', '2099-01-01');
insert into integration.page_sessions (session_hash, organization_id, user_id, expires_at)
values ('FIRM-session', 'FIRM', 'FIRM-ann', '2099-01-01');
insert into integration.authorizations
    (state_hash, session_hash, organization_id, code_verifier, expires_at)
values ('FIRM-state', 'FIRM-session', 'FIRM', 'verifier', '2099-01-01');
insert into integration.tombstones (organization_id, kind, digest, person)
select 'FIRM', 'email', of_firm.digest, of_firm.digest
from (values (md5('FIRM') || md5('FIRM'))) as of_firm (digest);
insert into integration.erasures (organization_id, removed) values ('FIRM', '{"events": 1}');

insert into pipeline.batches (batch, as_of, run_id, landed_at, finished_at)
values (1, '2025-06-01', 'run', '2025-06-01', '2025-06-01')
on conflict do nothing;
insert into zoom_raw.events
    (organization_id, event_id, session_id, zoom_account_id, event, batch, occurred_at,
    first_received_at, fields)
values
    ('FIRM', 'FIRM-event', null, 'FIRM-account', 'user.activated', 1, '2025-06-01', '2025-06-01',
    '{"zoom_user_id": "zu-ann", "email": "ann@FIRM.example"}');
insert into zoom_raw.imports (organization_id, zoom_account_id, imported_at, batch)
values ('FIRM', 'FIRM-account', '2025-01-02', 1);
insert into zoom_raw.users
    (organization_id, zoom_account_id, zoom_user_id, imported_at, batch, email, display_name, status)
values
    ('FIRM', 'FIRM-account', 'zu-ann', '2025-01-02', 1, 'ann@FIRM.example', 'Ann Ash', 'active');
insert into zoom_raw.phone_users
    (organization_id, zoom_account_id, zoom_user_id, imported_at, batch, extension_number)
values ('FIRM', 'FIRM-account', 'zu-ann', '2025-01-02', 1, '1001');
insert into clientsights_raw.applied_rules (rule_version, psl_version) values ('old', 'old')
on conflict do nothing;
insert into clientsights_raw.display_names
    (organization_id, display_name, person_name, rule_version, batch)
values ('FIRM', 'Dana of FIRM', 'Of an earlier rule', 'old', 1);
insert into clientsights_raw.email_addresses
    (organization_id, address, person_id, person_key, kind, reason, rule_version, psl_version, batch)
values
    ('FIRM', 'dana@client.example', 'FIRM-dana', 'dana@client.example', 'human', 'earlier', 'old',
    'old', 1);
insert into clientsights_raw.email_address_moves
    (organization_id, address, batch, moved_at, kind_before, kind_after, reason_before, reason_after)
values ('FIRM', 'dana@client.example', 1, '2025-06-01', 'role', 'human', 'role_word', 'earlier');

insert into pipeline.settings (organization_id, kind, subject, value, zoom_account_id, valid)
values ('FIRM', 'own_domain', 'gone.example', '', '', '{(,)}');
insert into pipeline.setting_changes
    (organization_id, kind, subject, value, zoom_account_id, batch, changed)
values ('FIRM', 'own_domain', 'gone.example', '', '', 1, '{(,)}');
insert into pipeline.user_emails (organization_id, user_id, known_from, email, written_email)
values ('FIRM', 'FIRM-ann', '2025-01-01', 'of an earlier rule', 'Ann@FIRM.example');
insert into pipeline.cleaned_texts (organization_id, written, cleaned, rule_version)
values ('FIRM', 'union.example', 'union.example', 'old');
insert into pipeline.failures (model, organization_id, scope, error, batch)
values ('timeline.sessions', 'FIRM', '{"session_id": "FIRM-gone"}', '22003', 1);
insert into pipeline.progress (model, batch, fingerprint)
values ('timeline.sessions', 1, 'of an earlier release')
on conflict do nothing;
insert into pipeline.model_code (model, fingerprint)
values ('timeline.sessions', 'of an earlier release')
on conflict do nothing;
insert into pipeline.passed_jobs (job, passed_at) values ('nightly_audit', '2025-06-01')
on conflict do nothing;
insert into pipeline.run_failures (run_id, job, steps) values ('FIRM-run', 'zoom_batch', '{step}');
