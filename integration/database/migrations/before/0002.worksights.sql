-- The host product's data: WorkSights writes here, or `import-users` does.
-- depends: 0001.roles-and-schemas
create table worksights.organizations (
    organization_id text primary key,
    name text not null,
    created_at timestamptz not null default now()
);

create table worksights.users (
    user_id text primary key,
    organization_id text not null references worksights.organizations,
    email text not null,
    full_name text not null,
    role text not null check (role in ('owner', 'executive', 'admin', 'technical_admin', 'manager', 'member')),
    time_zone text not null default 'UTC',
    created_at timestamptz not null default now(),
    deactivated_at timestamptz
);
create unique index users_email on worksights.users (organization_id, lower(email));

grant usage on schema worksights to pipeline, page;
grant select on worksights.organizations, worksights.users to pipeline, page;
