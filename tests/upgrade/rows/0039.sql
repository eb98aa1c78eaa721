insert into integration.connections
    (connection_id, organization_id, zoom_account_id, owner_user_id, connected_at, granted_at,
    users_imported_at, next_import_at, status, status_detail, failure_is_transient)
values
    ('FIRM-failed', 'FIRM', 'FIRM-account-2', 'FIRM-ann', '2025-01-01', '2025-01-01',
    '2025-01-02', '2099-01-01', 'needs_attention', 'Zoom is having problems (HTTP 500).', true);
