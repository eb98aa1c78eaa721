-- Whether a retry may help was known only from the text.
insert into integration.connections
    (connection_id, organization_id, zoom_account_id, owner_user_id, connected_at, granted_at,
    users_imported_at, next_import_at, status, status_detail)
values
    ('FIRM-retried', 'FIRM', 'FIRM-account-2', 'FIRM-ann', '2025-01-01', '2025-01-01',
    '2025-01-02', '2099-01-01', 'needs_attention',
    'Zoom is having problems (HTTP 500). No action is needed. WorkSights retries automatically.'),
    ('FIRM-refused', 'FIRM', 'FIRM-account-3', 'FIRM-ann', '2025-01-01', '2025-01-01',
    '2025-01-02', '2099-01-01', 'needs_attention',
    'Zoom no longer accepts the access. Reconnect the account.'),
    ('FIRM-unexplained', 'FIRM', 'FIRM-account-4', 'FIRM-ann', '2025-01-01', '2025-01-01',
    '2025-01-02', '2099-01-01', 'needs_attention', null);
