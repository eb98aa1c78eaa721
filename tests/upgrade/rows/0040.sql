insert into zoom_raw.healed_days (
    organization_id, zoom_account_id, day, source, position, first_run_at, last_run_at, finished_at,
    compared_after_batch
)
values
    ('FIRM', 'FIRM-account', '2025-06-01', 'meetings', 'ab12', '2025-06-02', '2025-06-02', null, 0),
    ('FIRM', 'FIRM-account', '2025-05-31', 'phone', null, '2025-06-02', '2025-06-02', '2025-06-02', 0);
insert into zoom_raw.known_sessions (
    organization_id, zoom_account_id, session_id, feature, zoom_uuid, ended_at
)
values ('FIRM', 'FIRM-account', 'FIRM-session', 'meetings', 'FIRM==', '2025-06-01 10:00Z');
insert into integration.refused_sources (organization_id, zoom_account_id, source, reason)
values ('FIRM', 'FIRM-account', 'phone', 'These Zoom permissions are missing.');
insert into pipeline.zoom_requests (day, zoom_account_id, label, requests)
values ('2025-06-01', 'FIRM-account', 'heavy', 3);
