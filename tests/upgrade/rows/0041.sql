update integration.connections set missing_events = '["meeting.ended"]', subscription_read_at = '2025-06-01',
    features_left_out = '["webinars"]', received_events = '{"meeting.started": "2025-06-01T08:00:00Z"}'
where organization_id = 'FIRM';
