"""The owner of everything in the embedded database, who is not a superuser.

Earlier versions used the superuser that `initdb` creates. What belongs to it is given to the owner
once, when this version first uses the server.
"""

import psycopg
from psycopg.sql import SQL, Identifier

from integration.database.role_names import ROLES

_IS_OWNER = """
    select exists (
        select from pg_database
        inner join pg_roles on pg_roles.oid = datdba
        where datname = current_database() and rolname = %s
    )
"""
# Statements that give each thing to the owner. `reassign owned` refuses the superuser of initdb,
# because the server's own tables are its, too.
_STATEMENTS = """
    with schemas as (
        select oid, nspname, nspowner from pg_namespace
        where nspname !~ '^pg_' and nspname <> 'information_schema'
    ),
    superuser as (
        select oid from pg_roles where rolname = current_user
    )
    select 1 as place, format('alter schema %%I owner to %%I', nspname, %(owner)s::text)
    from schemas
    inner join superuser on superuser.oid = nspowner
    union all
    select 2, format('alter table %%s owner to %%I', pg_class.oid::regclass, %(owner)s::text)
    from pg_class
    inner join schemas on schemas.oid = relnamespace
    inner join superuser on superuser.oid = relowner
    where relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select 3, format('alter sequence %%s owner to %%I', pg_class.oid::regclass, %(owner)s::text)
    from pg_class
    inner join schemas on schemas.oid = relnamespace
    inner join superuser on superuser.oid = relowner
    where relkind = 'S'
        and not exists (  -- that of a column belongs to its table's owner
            select from pg_depend
            where objid = pg_class.oid and classid = 'pg_class'::regclass
                and deptype in ('a', 'i') and refobjsubid > 0
        )
    union all
    select 4, format('alter routine %%s owner to %%I', pg_proc.oid::regprocedure, %(owner)s::text)
    from pg_proc
    inner join schemas on schemas.oid = pronamespace
    inner join superuser on superuser.oid = proowner
    order by place
"""


def make_owner(superuser: psycopg.Connection, owner: str) -> None:
    """Makes the role the owner of this database and of all that the superuser owns in it."""
    if superuser.execute(_IS_OWNER, [owner]).fetchone() == (True,):
        return
    name = Identifier(owner)
    if not superuser.execute("select from pg_roles where rolname = %s", [owner]).fetchone():
        superuser.execute(SQL("create role {} login createrole").format(name))
    known = "select rolname from pg_roles where rolname = any(%s)"
    for (role,) in superuser.execute(known, [list(ROLES)]).fetchall():
        superuser.execute(
            SQL("grant {} to {} with admin true, set true, inherit true").format(
                Identifier(role), name
            )
        )
    for _, statement in superuser.execute(_STATEMENTS, {"owner": owner}).fetchall():
        superuser.execute(statement)
    database = Identifier(superuser.info.dbname)
    superuser.execute(SQL("alter database {} owner to {}").format(database, name))
