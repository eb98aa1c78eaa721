-- What the integration page keeps: who is signed in, sign-ins and authorizations under way, and who changed what.
-- Of every secret that a browser holds only the SHA-256 is here.
-- depends: 0010.erasure

create table integration.sign_in_links (
    token_hash text primary key,  -- the row goes when the link is used
    organization_id text not null,
    user_id text not null,
    expires_at timestamptz not null
);
create index sign_in_links_expiry on integration.sign_in_links (expires_at);

create table integration.page_sessions (
    session_hash text primary key,  -- the row goes when the user signs out
    organization_id text not null,
    user_id text not null,
    message jsonb,  -- shown once, on the next page
    started_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index page_sessions_expiry on integration.page_sessions (expires_at);

-- Authorizations under way: a browser is at Zoom's consent page.
create table integration.authorizations (
    state_hash text primary key,  -- the row goes when the browser comes back
    session_hash text not null,
    organization_id text not null,
    code_verifier text not null,
    expires_at timestamptz not null
);
create index authorizations_expiry on integration.authorizations (expires_at);

-- Every change of a setting that somebody made on the page, written in the transaction that makes it.
-- Ids and values only: names are looked up when it is shown, and an erasure blanks the ids.
create table integration.audit_trail (
    entry_id bigint generated always as identity primary key,
    organization_id text not null,
    at timestamptz not null default now(),
    user_id text not null,  -- who did it
    kind text not null,  -- such as connection_disconnected
    subject text not null,  -- the id of what was changed
    details jsonb not null default '{}'
);
create index audit_trail_organization on integration.audit_trail (organization_id, at);

grant select, insert, update, delete on integration.page_sessions to page;
grant select, insert, delete on integration.sign_in_links, integration.authorizations to page;
grant select, insert on integration.audit_trail to page;
