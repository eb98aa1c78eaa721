"""A row of each of two organizations in every table that has an organization, and what the page may
do with them.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

OWN, FOREIGN = "own", "foreign"

# What the page may read and has an organization. A view has no policy.
READ = """
    select
        nspname || '.' || relname, relkind = 'v', relrowsecurity,
        array(
            select concat_ws(
                ' ', polname, polcmd, polpermissive,
                (select string_agg(coalesce(rolname, 'public'), ',')
                    from unnest(polroles) as of_role left join pg_roles on pg_roles.oid = of_role),
                pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
            )
            from pg_policy where polrelid = pg_class.oid order by polname
        ),
        case when relkind = 'v' then pg_get_viewdef(pg_class.oid) end,
        array(
            select privilege from unnest(array['insert', 'update', 'delete']) as privilege
            where case privilege
                when 'delete' then has_table_privilege('page', pg_class.oid, 'delete')
                else has_any_column_privilege('page', pg_class.oid, privilege)
            end
        ),
        (
            select min(attname::text) from pg_attribute as written
            where written.attrelid = pg_class.oid and written.attnum > 0
                and not written.attisdropped
                and has_column_privilege('page', pg_class.oid, written.attnum, 'update')
        )
    from pg_class
    inner join pg_namespace on pg_namespace.oid = relnamespace
    inner join pg_attribute on attrelid = pg_class.oid and attname = 'organization_id'
    where relkind in ('r', 'v', 'm', 'p', 'f') and not attisdropped
        and nspname !~ '^pg_' and nspname <> 'information_schema'
        and has_any_column_privilege('page', pg_class.oid, 'select, insert, update')
    order by 1
"""
CHECKS = """
    select conrelid::regclass::text, conname from pg_constraint
    inner join pg_namespace on pg_namespace.oid = connamespace
    where contype = 'c' and nspname !~ '^pg_' and conrelid <> 0
        and coninhcount = 0  -- a partition's check is dropped with the one of its table
"""
NEEDED = """
    select attname::text, format_type(atttypid, null)
    from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped
        and attidentity = '' and attgenerated = ''
        and (attnotnull or attname = 'organization_id')
"""
# Type -> a value of the organization; only texts have to differ.
VALUES: Mapping[str, Any] = {
    "boolean": True,
    "jsonb": "{}",
    "text[]": "{}",
    "date": "2026-03-02",
    "timestamp with time zone": "2026-03-02Z",
    "tstzmultirange": "{}",
}


def write_rows(superuser: psycopg.Connection, tables: list[str]) -> None:
    """Writes a row of each organization into each of these tables, which are emptied. Rules of
    single tables are dropped, and those between tables ignored.
    """
    superuser.execute("set session_replication_role = replica")
    for table, name in superuser.execute(CHECKS).fetchall():
        superuser.execute(
            SQL("alter table {} drop constraint {}").format(SQL(table), Identifier(name))
        )
    for table in tables:
        superuser.execute(SQL("truncate {} cascade").format(named(table)))
    for table in tables:
        needed = superuser.execute(NEEDED, [table]).fetchall()
        for number, organization in enumerate((OWN, FOREIGN)):
            values = {
                name: organization if kind == "text" else VALUES.get(kind, number)
                for name, kind in needed
            }
            superuser.execute(
                SQL("insert into {} ({}) values ({})").format(
                    named(table),
                    SQL(", ").join(map(Identifier, values)),
                    SQL(", ").join(SQL("%s") for _ in values),
                ),
                [*values.values()],
            )


def named(table: str) -> Identifier:
    return Identifier(*table.split("."))
