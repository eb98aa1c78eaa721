-- This system's settings: the page writes here, SQL may too. Rows may come before the users they speak of, so there
-- are no foreign keys to users or Zoom users.
-- depends: 0002.worksights
create table integration.connections (
    connection_id text primary key default gen_random_uuid()::text,
    organization_id text not null references worksights.organizations,
    zoom_account_id text not null,
    owner_user_id text,
    status text not null default 'active' check (status in ('active', 'needs_attention', 'disconnected')),
    status_detail text,
    connected_at timestamptz not null default now(),
    granted_at timestamptz not null default now(),
    disconnected_at timestamptz,
    phone_detail text,  -- why no phone users can be imported, such as no Zoom Phone; not an error
    users_imported_at timestamptz,  -- the last import that worked
    next_import_at timestamptz not null default now(),  -- asking for an import sets it to now
    check ((status = 'disconnected') = (disconnected_at is not null))
);
-- A Zoom account is connected once at a time; after a disconnection a new row begins.
create unique index connections_live_account on integration.connections (zoom_account_id) where disconnected_at is null;
create index connections_account on integration.connections (zoom_account_id, connected_at);
create index connections_organization on integration.connections (organization_id);

-- How a connection's access tokens are had. Both tokens are Fernet ciphertext; a Server-to-Server grant has no refresh
-- token. One writer at a time: whoever refreshes holds the row's lock.
create table integration.tokens (
    connection_id text primary key references integration.connections on delete cascade,
    organization_id text not null,
    grant_type text not null check (grant_type in ('authorization_code', 'account_credentials')),
    access_token text,
    refresh_token text,
    expires_at timestamptz,
    api_url text,
    scope text,
    updated_at timestamptz not null default now()
);

create table integration.mapping_changes (
    change_id bigint generated always as identity primary key,
    zoom_account_id text not null,
    zoom_user_id text not null,
    user_id text,
    effective_from timestamptz not null default now(),
    changed_by text not null default current_user,
    changed_at timestamptz not null default now()
);
create index mapping_changes_zoom_user on integration.mapping_changes (zoom_account_id, zoom_user_id);

create table integration.subscription_changes (
    change_id bigint generated always as identity primary key,
    organization_id text not null,
    user_id text,
    feature text not null check (feature in ('meetings', 'webinars', 'phone')),
    is_on boolean not null,
    effective_from timestamptz not null default now(),
    changed_by text not null default current_user,
    changed_at timestamptz not null default now()
);
create index subscription_changes_user on integration.subscription_changes (organization_id, user_id, feature);

create table integration.domain_overrides (
    organization_id text not null,
    domain text not null,
    company_domain text,
    company_name text,
    changed_by text not null default current_user,
    changed_at timestamptz not null default now(),
    primary key (organization_id, domain)
);

create table integration.identity_settings (
    organization_id text not null,
    name text not null,
    value text not null,
    changed_by text not null default current_user,
    changed_at timestamptz not null default now(),
    primary key (organization_id, name)
);

create table integration.own_domains (
    organization_id text not null,
    domain text not null,
    changed_by text not null default current_user,
    changed_at timestamptz not null default now(),
    primary key (organization_id, domain)
);

create table integration.exclusions (
    organization_id text not null,
    email_or_domain text not null,
    changed_by text not null default current_user,
    changed_at timestamptz not null default now(),
    primary key (organization_id, email_or_domain)
);

grant usage on schema integration to pipeline, page;
grant select on all tables in schema integration to pipeline, page;
grant update (status, status_detail, phone_detail, disconnected_at, users_imported_at, next_import_at)
    on integration.connections to pipeline;
grant insert, update, delete on integration.tokens to pipeline, page;
grant insert, update on integration.connections to page;
grant insert on integration.mapping_changes, integration.subscription_changes to page;
grant insert, update, delete on integration.domain_overrides, integration.identity_settings,
    integration.own_domains, integration.exclusions to page;
