-- Another organization, which has met 20,000 companies: two people of each, whom its only user met once. 400 of the companies
-- were given a name, 100 domains were merged into others.
insert into worksights.organizations values ('vast', 'Vast', now() - interval '3 years');
insert into worksights.users (user_id, organization_id, email, full_name, role, time_zone, created_at)
values ('vast-1', 'vast', 'user1@vast.example', 'Vera Vast', 'executive', 'Europe/Berlin', now() - interval '2 years');
insert into integration.connections (
    organization_id, zoom_account_id, owner_user_id, connected_at, granted_at, users_imported_at, next_import_at
)
values (
    'vast', 'VastZoomAccount0000000', 'vast-1', now() - interval '1 year', now() - interval '1 year', now(),
    now() + interval '6 hours'
);
insert into integration.domain_overrides (organization_id, domain, company_domain, company_name)
select 'vast', 'vast' || number || '.example', 'vast' || number || '.example', 'Vast Company ' || number
from generate_series(1, 400) as number;
insert into integration.domain_overrides (organization_id, domain, company_domain)
select 'vast', 'vast' || number || '.example', 'vast' || number - 400 || '.example'
from generate_series(401, 500) as number;
insert into pipeline.settings select * from facts.current_settings on conflict do nothing;

create temporary table strangers as
select
    number, 'vp' || number as person_id, 'vc' || number % {many} as company_id, 'Stranger ' || number as name,
    'person' || number || '@vast' || number % {many} || '.example' as email, 'vast' || number % {many} || '.example' as domain,
    now() - number % 200 * interval '1 day' as met_at
from generate_series(1, 2 * {many}) as number;
insert into clientsights_raw.email_addresses
select
    'vast', email, person_id, email, 'human', domain, company_id, domain, 'benchmark', name, 'Vast ' || number % {many},
    'guess', company_id, '1', '1', 0
from strangers;
insert into clientsights.people (
    person_id, organization_id, company_id, email, display_name, name_source, kind, session_count, first_met_at,
    last_met_at
)
select person_id, 'vast', company_id, email, name, 'zoom', 'human', 1, met_at, met_at from strangers;
insert into clientsights.companies (
    company_id, organization_id, domain, name, name_source, skeleton, person_count, session_count, met_seconds,
    first_met_at, last_met_at
)
select
    company_id, 'vast', min(domain), 'Vast ' || company_id, 'guess', company_id, count(*), count(*), 3600 * count(*),
    min(met_at), max(met_at)
from strangers
group by company_id;
insert into intermediate.int_person_sessions (
    organization_id, session_id, person_id, kind, company_id, person_name, is_host, month, met_at, presence
)
select
    'vast', 'vs' || number, person_id, 'human', company_id, name, false, date_trunc('month', met_at)::date, met_at,
    tstzmultirange(tstzrange(met_at, met_at + interval '1 hour'))
from strangers;
insert into intermediate.int_interactions (
    organization_id, session_id, user_id, person_id, company_id, people_in_session, shared_seconds, weighted_minutes,
    decayed_minutes, month, met_at, shared
)
select
    'vast', 'vs' || number, 'vast-1', person_id, company_id, 2, 3600, 60,
    60 * power(2::double precision, extract(epoch from met_at - '2020-01-01Z') / 86400 / 90),
    date_trunc('month', met_at)::date, met_at, tstzmultirange(tstzrange(met_at, met_at + interval '1 hour'))
from strangers;
insert into intermediate.int_company_sessions (
    organization_id, session_id, company_id, user_count, person_count, met_seconds, month, met_at
)
select organization_id, session_id, company_id, 1, 1, 3600, month, met_at
from intermediate.int_interactions
where organization_id = 'vast';
insert into intermediate.int_relationships (
    organization_id, user_id, person_id, session_count, shared_seconds, decayed_minutes, first_met_at, last_met_at
)
select organization_id, user_id, person_id, 1, shared_seconds, decayed_minutes, met_at, met_at
from intermediate.int_interactions
where organization_id = 'vast';
insert into intermediate.int_company_relationships (
    organization_id, user_id, company_id, session_count, shared_seconds, decayed_minutes, first_met_at, last_met_at
)
select organization_id, user_id, company_id, count(*), sum(shared_seconds), sum(decayed_minutes), min(met_at), max(met_at)
from intermediate.int_interactions
where organization_id = 'vast'
group by organization_id, user_id, company_id;
