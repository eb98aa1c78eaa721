update integration.connections set label = 'Head office' where organization_id = 'FIRM';
insert into integration.reviewed_zoom_users (organization_id, zoom_user_id, reviewed_by)
values ('FIRM', 'zu-room', 'FIRM-ann');
insert into integration.test_meetings (organization_id, user_id) values ('FIRM', 'FIRM-ann');
