insert into pipeline.changed_periods (organization_id, user_id, person_id, month, batch)
values ('FIRM', 'FIRM-ann', 'FIRM-dana', '2025-06-01', 1);
