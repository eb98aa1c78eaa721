"""Processes can log in as their roles: Dagster's tables are the pipeline's."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- So that the pipeline's login, which is not the owner, can create and change Dagster's tables.
alter schema dagster owner to pipeline;
do $$
declare
    found regclass;
    new_owner text;
begin
    select pg_get_userbyid(nspowner) into new_owner
    from pg_namespace
    where nspname = 'dagster';
    for found in
        select oid from pg_class
        where relnamespace = 'dagster'::regnamespace and relkind in ('r', 'p', 'v')
    loop
        execute format('alter table %s owner to %I', found, new_owner);
    end loop;
end
$$;
"""
