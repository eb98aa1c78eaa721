insert into integration.access_log (organization_id, actor, act, about_user_id)
values ('FIRM', 'FIRM-ann', 'day', 'FIRM-ben');
