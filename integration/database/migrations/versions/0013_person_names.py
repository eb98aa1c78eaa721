"""Names of people as they asked to be called, instead of what Zoom last said."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table integration.person_names (
    organization_id text not null,
    person_key text not null check (octet_length(person_key) <= 320),
    display_name text not null check (octet_length(display_name) between 1 and 400),
    changed_by text,
    changed_at timestamptz not null default now(),
    primary key (organization_id, person_key)
);
grant select, insert, update, delete on integration.person_names to page;
grant select, delete on integration.person_names to pipeline;

alter table clientsights_raw.email_addresses add column corrected_name text;
"""
