-- The settings as they stand, as facts with the time in which each holds. `pipeline.settings` is the copy that the
-- marts were last derived from; the difference of the two is what a batch has to look at (contract, 5.13).
-- depends: 0007.zoom-facts

create view pipeline.user_facts_now as
with email_intervals as (
    select
        user_emails.organization_id, user_emails.user_id, user_emails.email,
        tstzrange(
            case when row_number() over versions_of_user > 1 then user_emails.known_from end,
            lead(user_emails.known_from) over versions_of_user
        ) as valid
    from pipeline.user_emails
    inner join worksights.users using (organization_id, user_id)
    window versions_of_user as (
        partition by user_emails.organization_id, user_emails.user_id order by user_emails.known_from
    )
)
select
    organization_id, 'user_email' as kind, user_id as subject, email as value, '' as zoom_account_id,
    range_agg(valid) as valid
from email_intervals
group by organization_id, user_id, email
union all
select
    organization_id, 'user_active', user_id, '', '',
    tstzmultirange(tstzrange(created_at, deactivated_at + greatest(created_at - deactivated_at, interval '0')))
from worksights.users;

-- Manual mappings; the value '' is "nobody". Mappings of any account of the organization count for a Zoom user.
create view pipeline.mappings_now as
with accounts as (
    select distinct organization_id, zoom_account_id
    from integration.connections
),
ordered as (
    select
        accounts.organization_id, mapping_changes.zoom_user_id, coalesce(mapping_changes.user_id, '') as user_id,
        mapping_changes.effective_from,
        lead(mapping_changes.effective_from) over (
            partition by accounts.organization_id, mapping_changes.zoom_user_id
            order by mapping_changes.effective_from, mapping_changes.changed_at, mapping_changes.change_id
        ) as effective_until
    from integration.mapping_changes
    inner join accounts using (zoom_account_id)
)
select
    organization_id, 'mapping' as kind, zoom_user_id as subject, user_id as value, '' as zoom_account_id,
    range_agg(tstzrange(effective_from, effective_until)) as valid
from ordered
group by organization_id, zoom_user_id, user_id;

-- When a feature is off: for the organization (subject '') or for one user. No row means on.
create view pipeline.switches_now as
with ordered as (
    select
        organization_id, coalesce(user_id, '') as user_id, feature, is_on, effective_from,
        lead(effective_from) over (
            partition by organization_id, user_id, feature order by effective_from, changed_at, change_id
        ) as effective_until
    from integration.subscription_changes
)
select
    organization_id, 'switched_off' as kind, user_id as subject, feature as value, '' as zoom_account_id,
    range_agg(tstzrange(effective_from, effective_until)) as valid
from ordered
where not is_on
group by organization_id, user_id, feature;

create view pipeline.exclusions_now as
select distinct
    organization_id, 'exclusion' as kind, lower(btrim(email_or_domain)) as subject, '' as value, '' as zoom_account_id,
    tstzmultirange(tstzrange(null, null)) as valid
from integration.exclusions;

create view pipeline.settings_now as
select * from (
    select * from pipeline.account_times_now
    union all select * from pipeline.zoom_user_facts_now
    union all select * from pipeline.phone_user_facts_now
    union all select * from pipeline.user_facts_now
    union all select * from pipeline.mappings_now
    union all select * from pipeline.switches_now
    union all select * from pipeline.exclusions_now
) as facts
where not isempty(valid);

-- Facts that hold at another time than in the copy, with the time that differs.
create view pipeline.setting_differences as
select
    organization_id, kind, subject, value, zoom_account_id,
    stands.valid as valid_now,
    (coalesce(stands.valid, '{}') - coalesce(derived.valid, '{}'))
    + (coalesce(derived.valid, '{}') - coalesce(stands.valid, '{}')) as changed
from pipeline.settings_now as stands
full outer join pipeline.settings as derived using (organization_id, kind, subject, value, zoom_account_id)
where stands.valid is distinct from derived.valid;

grant select on all tables in schema pipeline to pipeline;
