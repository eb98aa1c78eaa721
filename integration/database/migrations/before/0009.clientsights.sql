-- ClientSights: what an address means for an organization, and how strong a tie is.
-- depends: 0008.settings-now
create schema clientsights_raw;

-- One row per organization and distinct address, as `integration.identity` classifies it.
create table clientsights_raw.email_addresses (
    organization_id text not null,
    address text not null,
    person_id text,  -- null, like the key, for addresses that are nobody's, a user's or a colleague's
    person_key text,
    kind text not null,
    host text,
    company_id text,
    company_key text,
    reason text not null,
    guessed_name text,  -- what the person is called while no better name was seen
    company_name text,
    company_name_source text,  -- override or guess
    company_skeleton text,  -- equal for domains that look alike
    rule_version text not null,
    psl_version text not null,
    batch bigint not null,  -- the batch that classified it or last changed what is said of it
    primary key (organization_id, address)
);
create index email_addresses_batch on clientsights_raw.email_addresses (batch);
create index email_addresses_person on clientsights_raw.email_addresses (organization_id, person_id);
create index email_addresses_company on clientsights_raw.email_addresses (organization_id, company_id);

-- The report of a change of rules, lists or settings: one row per address whose meaning moved in a batch.
create table clientsights_raw.email_address_moves (
    organization_id text not null,
    address text not null,
    batch bigint not null,
    moved_at timestamptz not null,
    person_key_before text,
    person_key_after text,
    kind_before text not null,
    kind_after text not null,
    company_key_before text,
    company_key_after text,
    reason_before text not null,
    reason_after text not null,
    primary key (organization_id, batch, address)
);

-- One row per organization and distinct display name: what of it can be shown as a person's name.
create table clientsights_raw.display_names (
    organization_id text not null,
    display_name text not null,
    person_name text,  -- tidied; null when the name is generic, such as iPhone
    rule_version text not null,
    batch bigint not null,
    primary key (organization_id, display_name)
);

-- The rules that every address was last classified by; one row.
create table clientsights_raw.applied_rules (
    is_one boolean primary key default true check (is_one),
    rule_version text not null,
    psl_version text not null
);

-- What meetings of a month changed in a batch: which people, companies and ties have to be summed again. It holds the
-- rows as they were, too, so that a person whom a correction takes out of a session loses the count.
create table pipeline.changed_months (
    organization_id text not null,
    user_id text,  -- null where it is not a tie but the person's meetings
    person_id text not null,
    company_id text,
    month date not null,
    batch bigint not null
);
create index changed_months_batch on pipeline.changed_months (batch);

-- Facts of the identity rules, with the settings: own domains, overrides, policy flags.
create view pipeline.identity_facts_now as
select
    organization_id, 'own_domain' as kind, lower(btrim(domain)) as subject, '' as value, '' as zoom_account_id,
    tstzmultirange(tstzrange(null, null)) as valid
from integration.own_domains
group by organization_id, lower(btrim(domain))
union all
-- Several spellings of one domain: the greatest text counts.
select
    organization_id, 'domain_override', lower(btrim(domain)), max(lower(btrim(coalesce(company_domain, ''))) collate "C") collate "default", '',
    tstzmultirange(tstzrange(null, null))
from integration.domain_overrides
group by organization_id, lower(btrim(domain))
union all
select
    organization_id, 'company_name', lower(btrim(domain)), max(btrim(company_name) collate "C") collate "default", '',
    tstzmultirange(tstzrange(null, null))
from integration.domain_overrides
where btrim(company_name) <> ''
group by organization_id, lower(btrim(domain))
union all
select
    organization_id, 'identity_setting', lower(btrim(name)), max(lower(btrim(value)) collate "C") collate "default", '',
    tstzmultirange(tstzrange(null, null))
from integration.identity_settings
group by organization_id, lower(btrim(name));

create or replace view pipeline.settings_now as
select * from (
    select * from pipeline.account_times_now
    union all select * from pipeline.zoom_user_facts_now
    union all select * from pipeline.phone_user_facts_now
    union all select * from pipeline.user_facts_now
    union all select * from pipeline.mappings_now
    union all select * from pipeline.switches_now
    union all select * from pipeline.exclusions_now
    union all select * from pipeline.identity_facts_now
) as facts
where not isempty(valid);

-- What remains of a sum of decayed minutes at a time: it halves every 90 days. Sums are kept as of 2020, so that nothing
-- is rewritten as time passes.
create function clientsights.minutes_at(decayed_minutes double precision, at timestamptz)
returns double precision
language sql stable parallel safe
return decayed_minutes * power(2::double precision, -extract(epoch from at - timestamptz '2020-01-01 00:00:00+00')::double precision / 86400 / 90);

-- The strength of a tie, 0 to 100 with one decimal, and its grade.
create function clientsights.strength_at(decayed_minutes double precision, at timestamptz)
returns numeric
language sql stable parallel safe
return round((100 * (1 - exp(-clientsights.minutes_at(decayed_minutes, at) / 60)))::numeric, 1);

create function clientsights.grade_of(strength numeric)
returns text
language sql immutable parallel safe
return case
    when strength = 0 then 'none'
    when strength < 20 then 'weak'
    when strength < 50 then 'fair'
    when strength < 80 then 'good'
    else 'strong'
end;

grant execute on function clientsights.minutes_at, clientsights.strength_at, clientsights.grade_of
    to pipeline, page, analyst;
grant usage on schema clientsights_raw to pipeline, page;
grant select, insert, update, delete on all tables in schema clientsights_raw to pipeline;
grant select on clientsights_raw.email_addresses, clientsights_raw.email_address_moves to page;
grant select, insert, update, delete on pipeline.changed_months to pipeline;
grant select on pipeline.identity_facts_now, pipeline.settings_now to pipeline;
