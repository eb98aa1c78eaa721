-- Four roles with least rights. They cannot log in: a process connects as the owner and takes its role.
-- Roles belong to the whole server, so another database may have made them already.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['receiver', 'pipeline', 'page', 'analyst'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then
                null;  -- a migration of another database of this server was quicker
            end;
        end if;
        -- Who makes a role is no superuser on a managed server, and may then grant it but not act as it.
        if not (pg_has_role(role_name, 'set') and pg_has_role(role_name, 'usage')) then
            begin
                execute format('grant %I to current_user with set true, inherit true', role_name);
            exception when insufficient_privilege then
                raise exception 'the roles of the product are there, but % may not act as them; '
                    'whoever made them has to run: grant receiver, pipeline, page, analyst to % '
                    'with set true, inherit true', current_user, quote_ident(current_user);
            end;
        end if;
    end loop;
end
$$;

create schema worksights;
create schema integration;
create schema ingress;
create schema zoom_raw;
create schema pipeline;
create schema dagster;

-- dbt builds these, as the role pipeline.
do $$
declare
    schema_name text;
begin
    foreach schema_name in array
        array['staging', 'intermediate', 'timeline', 'clientsights', 'operations'] loop
        execute format('create schema %I authorization pipeline', schema_name);
    end loop;
    -- `rebuild` derives the marts beside the live ones.
    execute format('grant create on database %I to pipeline', current_database());
end
$$;

grant usage on schema timeline, clientsights, operations to analyst, page;
alter default privileges for role pipeline in schema timeline grant select on tables to analyst, page;
alter default privileges for role pipeline in schema clientsights grant select on tables to analyst, page;
alter default privileges for role pipeline in schema operations grant select on tables to analyst, page;
