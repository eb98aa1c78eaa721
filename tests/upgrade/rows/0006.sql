insert into integration.mapping_requests
    (organization_id, zoom_account_id, zoom_user_id, user_id, effective_from, requested_by)
values ('FIRM', 'FIRM-account', 'zu-ben', 'FIRM-ben', '2025-01-01', 'FIRM-ann');
