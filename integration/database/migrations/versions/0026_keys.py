"""Which keys the data was made with, so that other keys are noticed when a process starts."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table integration.keys (
    purpose text not null check (purpose in ('encryption', 'session', 'tombstone')),
    key_id text not null,  -- identifies the key and does not reveal it
    process text not null check (process in ('page', 'pipeline')),  -- which makes data with it
    first_used_at timestamptz not null default now(),
    retired_at timestamptz,  -- nothing is left that needs the key
    primary key (purpose, key_id, process)
);
grant select, insert, update (retired_at) on integration.keys to page, pipeline;

insert into integration.keys (purpose, key_id, process)
select 'tombstone', key_id, 'pipeline' from integration.tombstone_key;
drop table integration.tombstone_key;
"""
