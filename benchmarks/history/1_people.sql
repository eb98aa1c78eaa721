-- An organization of {users} with {days} days of sessions, written straight into the tables that the page reads: what a batch
-- a day would have derived, without the hours. Who meets whom is skewed as it is in life: the first users and clients have
-- most of it. Runs as the owner, after `migrate` and one batch without new data, which makes the tables.
select setseed(0.5);

insert into worksights.organizations values ('acme', 'Acme', now() - interval '3 years');
-- Ten people report to each manager: u1 to u10 lead directly or through others 5,000, 500 and 50 of them.
insert into worksights.users (
    user_id, organization_id, email, full_name, role, time_zone, manager_user_id, created_at
)
select
    'u' || number, 'acme', 'user' || number || '@acme.example',
    (array['Ana', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gita', 'Hugo', 'Ines', 'Jan'])[1 + number % 10]
        || ' Surname' || number,
    case when number = 1 then 'executive' when number <= {users} / 10 then 'manager' else 'member' end,
    (array['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'America/Los_Angeles'])[1 + number % 4],
    case when number > 1 then 'u' || (number + 8) / 10 end, now() - interval '2 years'
from generate_series(1, {users}) as number;
insert into integration.connections (
    organization_id, zoom_account_id, owner_user_id, connected_at, granted_at, users_imported_at, next_import_at
)
values (
    'acme', 'AcmeZoomAccount0000000', 'u1', now() - interval '1 year', now() - interval '1 year', now(),
    now() + interval '6 hours'
);

-- Eight of ten Zoom users have the email of a WorkSights user; of the others some are mapped manually.
insert into zoom_raw.users (
    organization_id, zoom_account_id, zoom_user_id, imported_at, batch, email, display_name, status
)
select
    'acme', 'AcmeZoomAccount0000000', 'z' || number, now() - interval '1 year', 0,
    case when number % 10 < 8 then 'user' else 'other' end || number || '@acme.example', 'Zoom User ' || number, 'active'
from generate_series(1, {users}) as number;
-- Of those who are not mapped, each has the name of one WorkSights user, to whom the page suggests to map them.
update zoom_raw.users
set display_name = people.full_name
from worksights.users as people
where people.user_id = 'u' || substr(users.zoom_user_id, 2) and substr(users.zoom_user_id, 2)::integer % 10 = 8;
insert into zoom_raw.phone_users (
    organization_id, zoom_account_id, zoom_user_id, imported_at, batch, extension_id, extension_number
)
select 'acme', 'AcmeZoomAccount0000000', 'z' || number, now() - interval '1 year', 0, 'e' || number, number::text
from generate_series(1, {users}, 3) as number;
insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, effective_from)
select
    'AcmeZoomAccount0000000', 'z' || number, case when number % 20 = 9 then 'u' || number end,
    now() - interval '1 year'
from generate_series(1, {users}) as number
where number % 10 = 9;
insert into integration.subscription_changes (organization_id, user_id, feature, is_on, effective_from)
select 'acme', 'u' || number, 'webinars', false, now() - interval '30 days'
from generate_series(1, {users}, 50) as number;
insert into integration.exclusions (organization_id, email_or_domain) values ('acme', 'company7.example');
insert into pipeline.settings select * from facts.current_settings on conflict do nothing;

create temporary table clients as
select
    number, 'p' || number as person_id, 'c' || number % {companies} as company_id,
    'person' || number || '@company' || number % {companies} || '.example' as email, 'Client Person ' || number as name
from generate_series(1, {clients}) as number;
insert into clientsights_raw.email_addresses
select
    'acme', email, person_id, email, 'human', split_part(email, '@', 2), company_id, split_part(email, '@', 2),
    'benchmark', name, 'Company ' || company_id, 'guess', company_id, '1', '1', 0
from clients;
insert into clientsights_raw.email_addresses (
    organization_id, address, kind, reason, rule_version, psl_version, batch
)
select 'acme', lower(email), 'user', 'benchmark', '1', '1', 0 from worksights.users where organization_id = 'acme';
