"""Problems that were noticed, and who was notified of them."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- A problem from when it was noticed until it was found no more. Kept for some weeks after that.
create table integration.causes (
    cause_id bigint generated always as identity primary key,
    organization_id text,  -- null: the whole installation
    cause text not null,
    subject text not null default '',  -- the id of what it is about, such as a connection
    facts jsonb not null default '{}',  -- for its words; ids, times and counts
    since timestamptz not null,
    noticed_at timestamptz not null,
    notified_at timestamptz,  -- when its notifications were put on the list
    ended_at timestamptz
);
create unique index causes_open on integration.causes
    (coalesce(organization_id, ''), cause, subject) where ended_at is null;
create index causes_organization on integration.causes (organization_id, cause_id);
grant select, insert, update, delete on integration.causes to page;
grant select, delete on integration.causes to pipeline;

create table integration.notifications (
    notification_id bigint generated always as identity primary key,
    cause_id bigint references integration.causes on delete cascade,  -- null: a test
    organization_id text,  -- null: of the whole installation
    channel text not null check (channel in ('mail', 'webhook')),
    user_id text,  -- the recipient of a mail; null: the operator, or a webhook
    status text not null default 'waiting'
        check (status in ('waiting', 'sending', 'sent', 'dropped', 'failed')),
    reason text,  -- why it is not sent (yet); contains no address
    attempts integer not null default 0,
    created_at timestamptz not null,
    next_attempt_at timestamptz not null,
    taken_until timestamptz,  -- a process works on it until then
    expires_at timestamptz not null,  -- not sent after this
    sent_at timestamptz
);
-- A person gets one message per cause, whoever noticed it.
create unique index notifications_once on integration.notifications
    (cause_id, channel, coalesce(user_id, '')) where cause_id is not null;
create index notifications_due on integration.notifications (next_attempt_at)
    where status in ('waiting', 'sending');
create index notifications_organization
    on integration.notifications (organization_id, created_at);
create index notifications_user on integration.notifications (organization_id, user_id)
    where user_id is not null;
grant select, insert, update, delete on integration.notifications to page;
grant select, delete on integration.notifications to pipeline;

-- When somebody last looked for causes: of all processes, one does it in a minute.
create table integration.last_looks (
    what text primary key,
    looked_at timestamptz not null
);
insert into integration.last_looks values ('causes', 'epoch');
grant select, update (looked_at) on integration.last_looks to page;
"""
