"""Healing: where an event comes from, which days have been compared with Zoom's records, and which
sources Zoom refuses.
"""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    # Several transactions: each large table is locked for a moment, without the other, and checked
    # without blocking inserts. If `migrate` is stopped in between, the next one starts here again.
    autocommit = op.get_context().autocommit_block
    for table in ("zoom_raw.events", "ingress.deliveries"):
        for statement in (ADD_SOURCE, CHECK_SOURCE):
            with autocommit():
                op.get_bind().exec_driver_sql(statement.replace("TABLE", table))
    op.get_bind().exec_driver_sql(SQL)


# Waits for those that hold a lock for long, such as an analyst's query, without making receivers
# wait behind it.
ADD_SOURCE = """
do $$
begin
    perform set_config('lock_timeout', '200ms', true);
    for attempt in 1..120 loop
        begin
            lock table TABLE in access exclusive mode;
            alter table TABLE add column if not exists source text not null default 'webhook';
            alter table TABLE drop constraint if exists known_source;
            alter table TABLE add constraint known_source check (source in ('webhook', 'api'))
                not valid;
            exit;
        exception when lock_not_available then
            if attempt = 120 then
                raise;
            end if;
            perform pg_sleep(0.5);
        end;
    end loop;
end
$$
"""
CHECK_SOURCE = "alter table TABLE validate constraint known_source"

SQL = """
-- Healing adds what Zoom's REST API reports to the queue.
grant insert (received_at, event, zoom_account_id, source, body_size, body_sha256, body)
    on ingress.deliveries to pipeline;
grant usage on sequence ingress.delivery_ids to pipeline;

-- One row per connected account, day (UTC) and source that has been compared with Zoom.
create table zoom_raw.healed_days (
    organization_id text not null,
    zoom_account_id text not null,
    day date not null,
    source text not null check (source in ('webhook_logs', 'meetings', 'phone')),
    position text,  -- digest of the last Zoom user whose sessions were listed
    error text,  -- of the last run; null if it had none
    runs integer not null default 0,
    failures integer not null default 0,  -- in a row
    requests integer not null default 0,
    gaps integer not null default 0,  -- events that Zoom knew and no webhook had reported
    unreadable integer not null default 0,  -- bodies, users, sessions and calls that were skipped
    first_run_at timestamptz not null,
    last_run_at timestamptz not null,
    retry_at timestamptz,  -- not before this; null when finished
    finished_at timestamptz,
    -- The newest batch when it was last compared completely: a later one lands what was found.
    compared_after_batch bigint,
    primary key (day, organization_id, zoom_account_id, source)
);

-- One row per session that Zoom's REST API named, whether or not a webhook reported it.
create table zoom_raw.known_sessions (
    organization_id text not null,
    zoom_account_id text not null,
    session_id text not null,
    feature text not null check (feature in ('meetings', 'webinars', 'phone')),
    zoom_uuid text not null,  -- of a call: its call_id
    error text,  -- why its participants could not be read
    gaps integer not null default 0,  -- its events that no webhook had reported
    started_at timestamptz,
    ended_at timestamptz not null,
    read_at timestamptz,  -- when it was compared completely, or given up
    primary key (organization_id, session_id)
);
create index known_sessions_ended
    on zoom_raw.known_sessions (organization_id, zoom_account_id, ended_at);
create index known_sessions_day on zoom_raw.known_sessions (
    ((ended_at at time zone 'UTC')::date), organization_id, zoom_account_id, feature
);

grant select, insert, update, delete on zoom_raw.healed_days, zoom_raw.known_sessions to pipeline;

-- Sources that Zoom refuses, because a scope or a plan is missing. One of the app itself has '-' as
-- its organization and account.
create table integration.refused_sources (
    organization_id text not null,
    zoom_account_id text not null,
    source text not null check (source in ('webhook_logs', 'meetings', 'webinars', 'phone')),
    reason text not null,
    refused_at timestamptz not null default now(),  -- for the first time
    last_refused_at timestamptz not null default now(),
    primary key (organization_id, zoom_account_id, source)
);
alter table integration.refused_sources enable row level security;
create policy everything on integration.refused_sources using (true);
create policy own_organization on integration.refused_sources as restrictive to page using (
    organization_id = current_setting('worksights.organization', true)
    or current_setting('worksights.organization', true) = '*'
);
grant select on integration.refused_sources to page;
grant select, insert, update, delete on integration.refused_sources to pipeline;

-- Requests to Zoom's REST API by day (UTC) and account, for limits that all processes share. The
-- account of the app's own is '-'.
create table pipeline.zoom_requests (
    day date not null,
    zoom_account_id text not null,
    label text not null check (label in ('heavy', 'medium')),
    requests integer not null,
    primary key (day, zoom_account_id, label)
);
grant select, insert, update, delete on pipeline.zoom_requests to pipeline;
"""
