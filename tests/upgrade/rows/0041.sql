update integration.connections set missing_events = '["meeting.ended"]', subscription_read_at = '2025-06-01'
where organization_id = 'FIRM';
