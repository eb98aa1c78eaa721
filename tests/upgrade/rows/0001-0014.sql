insert into pipeline.changed_months (organization_id, user_id, person_id, company_id, month, batch)
values ('FIRM', 'FIRM-ann', 'FIRM-dana', null, '2025-06-01', 1);
