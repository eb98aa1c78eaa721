insert into integration.person_names (organization_id, person_key, display_name, changed_by)
values ('FIRM', 'dana@client.example', 'Dana Day', 'FIRM-ann');
