update integration.exclusions set level = 'never_store' where organization_id = 'FIRM';
insert into integration.privacy_settings (organization_id, name, value)
values ('FIRM', 'retention_months', 'never');
insert into integration.pauses (organization_id, user_id, is_on) values ('FIRM', 'FIRM-ben', true);
insert into integration.private_sessions (organization_id, user_id, session_id)
values ('FIRM', 'FIRM-ben', 'FIRM-private');
insert into pipeline.applied_exclusions
    (exclusion_id, organization_id, kind, written, batch, events, sessions)
select exclusion_id, organization_id, kind, email_or_domain, 1, 0, 0
from integration.exclusions where organization_id = 'FIRM';
insert into pipeline.applied_privacy (organization_id, topics, phone_numbers)
values ('FIRM', 'leaders', 'full');
insert into pipeline.deleted_sessions (organization_id, session_id, batch)
values ('FIRM', 'FIRM-deleted', 1);
