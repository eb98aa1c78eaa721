"""Each row of the audit trail has the hash of the one before it."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- What an erasure empties is in the hash as a digest with a salt, which goes with the value. So the
-- chain stays whole, and nobody can guess the value from its digest.
alter table integration.audit_trail
    add column number bigint,
    add column via_link_of text,  -- who made the link that the author signed in with, if another
    add column user_salt text,
    add column user_digest text,
    add column subject_salt text,
    add column subject_digest text,
    add column details_salt text,
    add column details_digest text,
    add column hash text;

-- The last row, so that a trail without its last rows is found, too. Only the trigger writes it.
create table integration.audit_head (
    is_one boolean primary key default true check (is_one),
    number bigint not null,
    hash text not null
);
insert into integration.audit_head (number, hash) values (0, '');
grant select on integration.audit_head to page, pipeline;

create function integration.audit_digest(salt text, value text) returns text
language sql immutable parallel safe
return encode(sha256(convert_to(salt || chr(10) || value, 'UTF8')), 'hex');

create function integration.audit_hash(previous text, entry integration.audit_trail) returns text
language sql stable parallel safe
return encode(sha256(convert_to(concat_ws(
    chr(10), previous, (entry).number, (entry).organization_id,
    to_char((entry).at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), (entry).kind,
    coalesce((entry).via_link_of, ''), (entry).user_digest, (entry).subject_digest,
    (entry).details_digest
), 'UTF8')), 'hex');

-- Whether a value is the one that was written, or was emptied together with its salt.
create function integration.is_audit_value(salt text, digest text, value text, emptied text)
returns boolean
language sql immutable parallel safe
return case when salt is null then value = emptied
    else digest = integration.audit_digest(salt, value) end;

create function integration.chain_audit_entry() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    head integration.audit_head;
begin
    -- Whoever writes next waits until this transaction ends: rows have one order, without gaps.
    select * into head from integration.audit_head for update;
    new.number := head.number + 1;
    new.user_salt := gen_random_uuid()::text || gen_random_uuid()::text;
    new.subject_salt := gen_random_uuid()::text || gen_random_uuid()::text;
    new.details_salt := gen_random_uuid()::text || gen_random_uuid()::text;
    new.user_digest := integration.audit_digest(new.user_salt, new.user_id);
    new.subject_digest := integration.audit_digest(new.subject_salt, new.subject);
    new.details_digest := integration.audit_digest(new.details_salt, new.details::text);
    new.hash := integration.audit_hash(head.hash, new);
    update integration.audit_head set number = new.number, hash = new.hash;
    return new;
end
$$;

create function integration.forget_audit_salts() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.user_id is distinct from old.user_id then
        new.user_salt := null;
    end if;
    if new.subject is distinct from old.subject then
        new.subject_salt := null;
    end if;
    if new.details is distinct from old.details then
        new.details_salt := null;
    end if;
    return new;
end
$$;

-- The rows that are there, in their order.
do $$
declare
    entry integration.audit_trail;
    head integration.audit_head;
begin
    select * into head from integration.audit_head;
    for entry in select * from integration.audit_trail order by entry_id loop
        entry.number := head.number + 1;
        entry.user_salt := gen_random_uuid()::text || gen_random_uuid()::text;
        entry.subject_salt := gen_random_uuid()::text || gen_random_uuid()::text;
        entry.details_salt := gen_random_uuid()::text || gen_random_uuid()::text;
        entry.user_digest := integration.audit_digest(entry.user_salt, entry.user_id);
        entry.subject_digest := integration.audit_digest(entry.subject_salt, entry.subject);
        entry.details_digest := integration.audit_digest(entry.details_salt, entry.details::text);
        entry.hash := integration.audit_hash(head.hash, entry);
        update integration.audit_trail
        set number = entry.number,
            user_salt = entry.user_salt, user_digest = entry.user_digest,
            subject_salt = entry.subject_salt, subject_digest = entry.subject_digest,
            details_salt = entry.details_salt, details_digest = entry.details_digest,
            hash = entry.hash
        where entry_id = entry.entry_id;
        head.number := entry.number;
        head.hash := entry.hash;
    end loop;
    update integration.audit_head set number = head.number, hash = head.hash;
end
$$;

alter table integration.audit_trail
    alter column number set not null,
    alter column hash set not null,
    add constraint audit_trail_number unique (number);
create trigger chain_audit_entry before insert on integration.audit_trail
    for each row execute function integration.chain_audit_entry();
create trigger forget_audit_salts before update on integration.audit_trail
    for each row execute function integration.forget_audit_salts();
grant insert, select on integration.audit_trail to pipeline;
-- The page lists changes, not the many sign-ins between them.
create index audit_trail_changes on integration.audit_trail (organization_id, at, entry_id)
    where kind not in ('signed_in', 'signed_out', 'sign_in_link_made');

-- Who made a link, if it was not its user; the session, and what is recorded in it, say so.
alter table integration.sign_in_links add column made_by text;
alter table integration.page_sessions add column via_link_of text;
alter table integration.access_log add column via_link_of text;

-- Roles and deactivations, whoever changes them: the host product writes this table.
create function integration.record_user_change() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    author text := coalesce(
        nullif(current_setting('worksights.author', true), ''), 'database:' || session_user
    );
begin
    if new.role is distinct from old.role then
        insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
        values (new.organization_id, author, 'role_changed', new.user_id,
            jsonb_build_object('from', old.role, 'to', new.role));
    end if;
    if new.deactivated_at is distinct from old.deactivated_at then
        insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
        values (new.organization_id, author,
            case when new.deactivated_at is null then 'user_reactivated'
                else 'user_deactivated' end,
            new.user_id, jsonb_build_object('effective_from', new.deactivated_at));
    end if;
    return null;
end
$$;
create trigger record_user_change after update of role, deactivated_at on worksights.users
    for each row execute function integration.record_user_change();
"""
