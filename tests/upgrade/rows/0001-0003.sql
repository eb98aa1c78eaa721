update zoom_raw.users set user_type = '2', zoom_created_at = '2024-01-01'
where organization_id = 'FIRM';
