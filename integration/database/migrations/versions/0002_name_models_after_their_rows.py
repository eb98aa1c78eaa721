"""Renames intermediate tables, so that their rows and watermarks are kept.

dbt would build the tables under their new names, and leave those with the old names, and the
personal data in them, where no erasure looks. Views are built again by the next batch.
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
drop view if exists
    intermediate.int_sessions_of_settings, intermediate.int_changed_people, intermediate.int_legs;

create temporary table renamed (old_name text, new_name text) on commit drop;
insert into renamed (old_name, new_name)
values
    ('int_counted_sessions', 'int_session_connection_states'),
    ('int_mappings', 'int_participant_users'),
    ('int_users_in_sessions', 'int_entries'),
    ('int_people_counts', 'int_session_headcounts');

do $$
declare
    each record;
begin
    for each in select old_name, new_name from renamed loop
        execute format(
            'alter table if exists intermediate.%I rename to %I', each.old_name, each.new_name
        );
    end loop;
end
$$;

update pipeline.progress
set model = 'intermediate.' || renamed.new_name
from renamed
where progress.model = 'intermediate.' || renamed.old_name;

update pipeline.failures
set model = 'intermediate.' || renamed.new_name
from renamed
where failures.model = 'intermediate.' || renamed.old_name;

update pipeline.model_code
set model = 'intermediate.' || renamed.new_name
from renamed
where model_code.model = 'intermediate.' || renamed.old_name;
"""
