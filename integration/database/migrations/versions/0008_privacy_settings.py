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
"""
