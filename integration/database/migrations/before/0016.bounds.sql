-- Bounds in bytes for what the host product, the page and SQL write: an index row has room for 2,704 bytes, and some of
-- ours hold five texts. One that did not fit would stop every batch of every customer.
-- The constraints are not checked for rows that are there already: those must not keep a database from its migration.
-- depends: 0015.failures
alter table worksights.organizations
    add constraint organizations_bytes check (octet_length(organization_id) <= 128 and octet_length(name) <= 400)
    not valid;
alter table worksights.users
    add constraint users_bytes check (
        octet_length(user_id) <= 128 and octet_length(email) <= 320 and octet_length(full_name) <= 400
        and octet_length(time_zone) <= 128
    ) not valid;

alter table integration.mapping_changes
    add constraint mapping_changes_bytes check (
        octet_length(zoom_account_id) <= 128 and octet_length(zoom_user_id) <= 128 and octet_length(user_id) <= 128
    ) not valid;
alter table integration.subscription_changes
    add constraint subscription_changes_bytes check (
        octet_length(organization_id) <= 128 and octet_length(user_id) <= 128
    ) not valid;
alter table integration.domain_overrides
    add constraint domain_overrides_bytes check (
        octet_length(organization_id) <= 128 and octet_length(domain) <= 320
        and octet_length(company_domain) <= 320 and octet_length(company_name) <= 400
    ) not valid;
alter table integration.identity_settings
    add constraint identity_settings_bytes check (
        octet_length(organization_id) <= 128 and octet_length(name) <= 128 and octet_length(value) <= 400
    ) not valid;
alter table integration.own_domains
    add constraint own_domains_bytes check (octet_length(organization_id) <= 128 and octet_length(domain) <= 320)
    not valid;
alter table integration.exclusions
    add constraint exclusions_bytes check (
        octet_length(organization_id) <= 128 and octet_length(email_or_domain) <= 320
    ) not valid;

-- The pipeline writes to connections that are there already, and a constraint would be checked then, too.
create function integration.check_bytes_of_connection() returns trigger
language plpgsql as $$
begin
    if octet_length(new.connection_id) > 128 or octet_length(new.zoom_account_id) > 128 then
        raise exception 'an id of more than 128 bytes' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger connections_bytes before insert or update of connection_id, zoom_account_id on integration.connections
    for each row execute function integration.check_bytes_of_connection();

-- Rows from before may be longer. A fact that no index row can hold is none; the rest of its key has its own bounds.
create or replace view pipeline.setting_differences as
with facts as (
    select * from pipeline.settings_now
    where octet_length(organization_id) + octet_length(kind) + octet_length(subject) + octet_length(value)
        + octet_length(zoom_account_id) <= 2400
)
select
    organization_id, kind, subject, value, zoom_account_id,
    stands.valid as valid_now,
    (coalesce(stands.valid, '{}') - coalesce(derived.valid, '{}'))
    + (coalesce(derived.valid, '{}') - coalesce(stands.valid, '{}')) as changed
from facts as stands
full outer join pipeline.settings as derived using (organization_id, kind, subject, value, zoom_account_id)
where stands.valid is distinct from derived.valid;

-- Neither a tie of many long meetings nor a distant time makes a number that Postgres refuses (exp(-746) is one).
create or replace function clientsights.minutes_at(decayed_minutes double precision, at timestamptz)
returns double precision
language sql stable parallel safe
return decayed_minutes * power(
    2::double precision,
    greatest(-500, least(500,
        -extract(epoch from at - timestamptz '2020-01-01 00:00:00+00')::double precision / 86400 / 90
    ))
);

create or replace function clientsights.strength_at(decayed_minutes double precision, at timestamptz)
returns numeric
language sql stable parallel safe
return round((100 * (1 - exp(-least(700, clientsights.minutes_at(decayed_minutes, at) / 60))))::numeric, 1);
