-- What the pages would otherwise read a year of rows for.
-- depends: 0011.page

-- Deliveries that became no event are few: Overview and Missing count them without reading those that did.
create index deliveries_set_aside on ingress.deliveries (zoom_account_id, received_at, disposition)
    include (reason)
    where disposition in ('ignored', 'unknown_account', 'quarantined');

-- dbt makes indexes together with a table only, so tables that are there already get them here: the strongest ties of a
-- client, and the last meetings of a company.
do $$
begin
    if to_regclass('intermediate.int_relationships') is not null then
        create index relationships_of_person on intermediate.int_relationships
            (organization_id, person_id, decayed_minutes, user_id, shared_seconds);
    end if;
    if to_regclass('intermediate.int_company_relationships') is not null then
        create index relationships_of_company on intermediate.int_company_relationships
            (organization_id, company_id, decayed_minutes, user_id, shared_seconds);
    end if;
    if to_regclass('intermediate.int_interactions') is not null then
        create index interactions_of_company on intermediate.int_interactions (organization_id, company_id, met_at);
    end if;
end
$$;
