-- Emails and domains are compared in one spelling, whatever the database's locale: users' emails, exclusions, own
-- domains and overrides are cleaned by integration.identity in a batch, and kept beside the texts that people wrote.
-- depends: 0015.failures

-- A text of integration.exclusions, own_domains or domain_overrides, and the address or domain that it means.
create table pipeline.cleaned_texts (
    organization_id text not null,
    written text not null,
    cleaned text,  -- null: it is neither, and in force for nothing
    rule_version text not null,
    primary key (organization_id, written)
);
grant select, insert, update, delete on pipeline.cleaned_texts to pipeline;
grant select on pipeline.cleaned_texts to page;

-- A change of the text as it was written is news; what is compared is the cleaned email, which may be none.
alter table pipeline.user_emails add column written_email text, alter column email drop not null;

-- How a user is found by an email that somebody types.
create index users_email_in_any_case on worksights.users (lower(email collate "C"));

-- Machines that take notes are not counted, and many have a name only.
alter table clientsights_raw.display_names add column is_notetaker boolean not null default false;

-- Everything landed so far is looked at once more for addresses that have no row under their present spelling.
delete from pipeline.progress where model = 'clientsights_raw.email_addresses';

create or replace view pipeline.user_facts_now as
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
where email is not null
group by organization_id, user_id, email
union all
select
    organization_id, 'user_active', user_id, '', '',
    tstzmultirange(tstzrange(created_at, deactivated_at + greatest(created_at - deactivated_at, interval '0')))
from worksights.users;

create or replace view pipeline.exclusions_now as
select distinct
    exclusions.organization_id, 'exclusion' as kind, cleaned_texts.cleaned as subject, '' as value,
    '' as zoom_account_id, tstzmultirange(tstzrange(null, null)) as valid
from integration.exclusions
inner join pipeline.cleaned_texts
    on cleaned_texts.organization_id = exclusions.organization_id
    and cleaned_texts.written = exclusions.email_or_domain
where cleaned_texts.cleaned is not null;

-- The domains that were written: of own domains and overrides only a domain will do, no address and no IP address.
create view pipeline.cleaned_domains as
select organization_id, written, cleaned as domain
from pipeline.cleaned_texts
where cleaned !~ '[@[]';

-- Of several overrides that mean one domain the latest counts, then the greatest value.
create view pipeline.overrides_in_force as
select distinct on (overrides.organization_id, of_domain.domain)
    overrides.organization_id, of_domain.domain, coalesce(of_company.domain, '') as company_domain,
    coalesce(btrim(overrides.company_name), '') as company_name
from integration.domain_overrides as overrides
inner join pipeline.cleaned_domains as of_domain
    on of_domain.organization_id = overrides.organization_id and of_domain.written = overrides.domain
left join pipeline.cleaned_domains as of_company
    on of_company.organization_id = overrides.organization_id
    and of_company.written = overrides.company_domain
-- One with an unreadable side is in force for nothing.
where btrim(coalesce(overrides.company_domain, '')) = '' or of_company.domain is not null
order by
    overrides.organization_id, of_domain.domain, overrides.changed_at desc,
    coalesce(of_company.domain, '') collate "C" desc, coalesce(btrim(overrides.company_name), '') collate "C" desc;

create or replace view pipeline.identity_facts_now as
select
    own_domains.organization_id, 'own_domain' as kind, cleaned_domains.domain as subject, '' as value,
    '' as zoom_account_id, tstzmultirange(tstzrange(null, null)) as valid
from integration.own_domains
inner join pipeline.cleaned_domains
    on cleaned_domains.organization_id = own_domains.organization_id
    and cleaned_domains.written = own_domains.domain
group by own_domains.organization_id, cleaned_domains.domain
union all
select organization_id, 'domain_override', domain, company_domain, '', tstzmultirange(tstzrange(null, null))
from pipeline.overrides_in_force
union all
select organization_id, 'company_name', domain, company_name, '', tstzmultirange(tstzrange(null, null))
from pipeline.overrides_in_force
where company_name <> ''
union all
select
    organization_id, 'identity_setting', lower(btrim(name) collate "C") collate "default",
    max(lower(btrim(value) collate "C")) collate "default", '', tstzmultirange(tstzrange(null, null))
from integration.identity_settings
group by organization_id, lower(btrim(name) collate "C") collate "default";

-- The texts that stand in a setting and are in force for nothing; `setting` is the table.
create view pipeline.unreadable_settings as
with written as (
    select organization_id, 'exclusions' as setting, email_or_domain as text, true as may_be_address
    from integration.exclusions
    union all
    select organization_id, 'own_domains', domain, false from integration.own_domains
    union all
    select organization_id, 'domain_overrides', domain, false from integration.domain_overrides
    union all
    select organization_id, 'domain_overrides', company_domain, false from integration.domain_overrides
    where btrim(company_domain) <> ''
)
select distinct written.organization_id, written.setting, written.text
from written
inner join pipeline.cleaned_texts
    on cleaned_texts.organization_id = written.organization_id and cleaned_texts.written = written.text
where cleaned_texts.cleaned is null or (not written.may_be_address and cleaned_texts.cleaned ~ '[@[]');

grant select on pipeline.cleaned_domains, pipeline.overrides_in_force to pipeline;
grant select on pipeline.unreadable_settings to pipeline, page;
