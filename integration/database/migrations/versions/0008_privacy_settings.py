"""What an organization wants to be kept and shown, and what is never stored."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table integration.privacy_settings (
    setting_id bigint generated always as identity primary key,
    organization_id text not null,
    name text not null,
    value text not null,
    changed_by text not null default current_user,
    changed_at timestamptz not null default now(),
    constraint privacy_settings_known check (
        case name
            when 'processing' then value in ('released', 'held')
            when 'view' then value in ('named', 'grouped')
            when 'topics' then value in ('leaders', 'participants', 'none')
            when 'phone_numbers' then value in ('full', 'masked', 'none')
            when 'pause' then value in ('off', 'on')
            when 'retention_months' then value = 'never' or value ~ '^[1-9][0-9]{0,3}$'
            else false
        end
    )
);
-- Rows are only added. The latest of each name is in force.
create index privacy_settings_latest
    on integration.privacy_settings (organization_id, name, changed_at, setting_id);
grant select, insert on integration.privacy_settings to page;
grant select on integration.privacy_settings to pipeline;

-- What is excluded may be a number, a Zoom user or a meeting, too, and may never be stored.
alter table integration.exclusions
    add column kind text not null default 'email_or_domain'
        check (kind in ('email_or_domain', 'phone_number', 'zoom_user', 'meeting_number')),
    add column level text not null default 'hide' check (level in ('hide', 'never_store')),
    add column exclusion_id bigint generated always as identity unique,
    drop constraint exclusions_pkey,
    add primary key (organization_id, kind, email_or_domain);

-- When users keep their sessions to themselves. Rows are only added, by the user alone.
create table integration.pauses (
    change_id bigint generated always as identity primary key,
    organization_id text not null,
    user_id text not null,
    is_on boolean not null,
    effective_from timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
create index pauses_user on integration.pauses (organization_id, user_id, effective_from);
create table integration.private_sessions (
    organization_id text not null,
    user_id text not null,
    session_id text not null,
    changed_at timestamptz not null default now(),
    primary key (organization_id, user_id, session_id)
);
grant select, insert on integration.pauses to page;
grant select, insert, delete on integration.private_sessions to page;
grant select on integration.pauses, integration.private_sessions to pipeline;

-- A batch deletes what has expired; without it, only the next sign-in would.
grant select (expires_at), delete on integration.sign_in_links, integration.page_sessions,
    integration.authorizations to pipeline;

-- The tombstones of an exclusion last as long as it does; 0: of an erasure, which lasts.
alter table integration.tombstones
    add column exclusion_id bigint not null default 0,
    drop constraint tombstones_pkey,
    add primary key (organization_id, digest, exclusion_id);
create index tombstones_exclusion on integration.tombstones (exclusion_id)
    where exclusion_id <> 0;
grant delete on integration.tombstones to pipeline;

-- What each exclusion that is never stored has removed, and what was found afterwards.
create table pipeline.applied_exclusions (
    exclusion_id bigint primary key,
    organization_id text not null,
    kind text not null,
    written text not null,
    batch bigint not null,
    applied_at timestamptz not null default now(),
    events bigint not null,
    sessions bigint not null,
    verified_at timestamptz,
    columns_searched integer,
    values_left integer
);
grant select, insert, update, delete on pipeline.applied_exclusions to pipeline;
grant select on pipeline.applied_exclusions to page;

-- Sessions whose events were deleted, for the change set of the batch that deletes the rows that
-- were derived from them.
create table pipeline.deleted_sessions (
    organization_id text not null,
    session_id text not null,
    batch bigint not null,
    primary key (organization_id, session_id)
);
create index deleted_sessions_batch on pipeline.deleted_sessions (batch);
grant select, insert, update, delete on pipeline.deleted_sessions to pipeline;

-- What the landed events of an organization were last reduced by. Only organizations that have
-- changed a setting have a row.
create table pipeline.applied_privacy (
    organization_id text primary key,
    topics text not null,
    phone_numbers text not null
);
grant select, insert, update on pipeline.applied_privacy to pipeline;
"""
