"""Mails that wait to be sent, how often sign-in links were asked for, and who wants the digest."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- Deleted once it is sent, so the table holds what waits and what failed lately. A mail is written
-- when it is sent: no row has its text.
create table integration.mails (
    mail_id bigint generated always as identity primary key,
    kind text not null check (kind in ('sign_in', 'digest')),
    organization_id text,
    user_id text,  -- the recipient of a digest
    monday date,  -- the day of a digest
    sealed text,  -- Fernet ciphertext: the address that asked for a link, and the page it wanted
    status text not null default 'waiting' check (status in ('waiting', 'sending', 'failed')),
    reason text,  -- why it was not sent; contains no address
    attempts integer not null default 0,
    created_at timestamptz not null default now(),
    next_attempt_at timestamptz not null default now(),
    taken_until timestamptz,  -- a process works on it until then
    expires_at timestamptz not null,  -- not sent after this
    check (kind = 'sign_in' or num_nulls(organization_id, user_id, monday) = 0)
);
create index mails_due on integration.mails (next_attempt_at) where status <> 'failed';
create index mails_user on integration.mails (organization_id, user_id) where user_id is not null;
grant select, insert, update, delete on integration.mails to page, pipeline;

-- Each request for a sign-in link of the last hour. Both digests have a key that is not stored.
create table integration.sign_in_requests (
    address_digest text not null,
    client_digest text not null,
    requested_at timestamptz not null default now()
);
create index sign_in_requests_address
    on integration.sign_in_requests (address_digest, requested_at);
create index sign_in_requests_client on integration.sign_in_requests (client_digest, requested_at);
create index sign_in_requests_at on integration.sign_in_requests (requested_at);
-- Rows are deleted, and the table has no key.
alter table integration.sign_in_requests replica identity full;
grant select, insert, delete on integration.sign_in_requests to page;

create table integration.digest_subscriptions (
    subscription_id bigint generated always as identity unique,
    organization_id text not null,
    user_id text not null,
    is_on boolean not null,
    changed_at timestamptz not null default now(),
    last_monday date,  -- the last day for which a digest was prepared; it only grows
    primary key (organization_id, user_id)
);
grant select, insert, update (is_on, changed_at) on integration.digest_subscriptions to page;
grant select, update (last_monday) on integration.digest_subscriptions to pipeline;
"""
