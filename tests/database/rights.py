"""Reads the list of rights (docs/operations/rights.md), and the rights in a database."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.database.role_names import ROLES

# privilege -> the columns that it is limited to; None: the whole table.
Privileges = dict[str, tuple[str, ...] | None]
Rights = dict[str, Privileges]  # role -> its privileges
OWNS = "owns"

# One row per table, role and privilege; the columns are null if it holds for the whole table.
CATALOG = """
    with tables as (
        select pg_class.oid, relowner, nspname || '.' || relname as name
        from pg_class
        inner join pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'v', 'm', 'p', 'f') and not relispartition
            and nspname !~ '^pg_' and nspname <> 'information_schema'
    )
    select name, role, privilege, has_table_privilege(role, oid, privilege), (
        select array_agg(attname::text order by attnum)
        from pg_attribute
        where attrelid = tables.oid and attnum > 0 and not attisdropped
            and privilege in ('select', 'insert', 'update', 'references')
            and case when privilege in ('select', 'insert', 'update', 'references')
                then has_column_privilege(role, tables.oid, attnum, privilege)
            end
    ), pg_get_userbyid(relowner) = role
    from tables
    cross join unnest(array['receiver', 'page', 'pipeline', 'analyst']) as role
    cross join unnest(array[
        'select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'
    ]) as privilege
"""
SCHEMAS = """
    select role, nspname::text, has_schema_privilege(role, pg_namespace.oid, 'create')
    from pg_namespace
    cross join unnest(array['receiver', 'page', 'pipeline', 'analyst']) as role
    where nspname !~ '^pg_' and nspname <> 'information_schema'
        and has_schema_privilege(role, pg_namespace.oid, 'usage')
"""
DEFINERS = """
    select pg_proc.oid::regprocedure::text, role
    from pg_proc
    inner join pg_namespace on pg_namespace.oid = pronamespace
    cross join unnest(array['receiver', 'page', 'pipeline', 'analyst']) as role
    where prosecdef and nspname !~ '^pg_' and nspname <> 'information_schema'
        and has_function_privilege(role, pg_proc.oid, 'execute')
    order by 1, 2
"""
COLUMNS = """
    select nspname || '.' || relname, relkind = 'v', array_agg(attname::text order by attnum)
        filter (where attidentity = '' and attgenerated = '')
    from pg_class
    inner join pg_namespace on pg_namespace.oid = relnamespace
    inner join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    where relkind in ('r', 'v', 'm', 'p', 'f') and relispartition = %s
        and nspname !~ '^pg_' and nspname <> 'information_schema'
    group by 1, 2
    order by 1
"""
SEQUENCES = """
    select pg_class.oid::regclass::text, role, privilege
    from pg_class
    cross join unnest(array['receiver', 'page', 'pipeline', 'analyst']) as role
    cross join unnest(array['usage', 'select', 'update']) as privilege
    where relkind = 'S' and pg_get_userbyid(relowner) <> role
        and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
        and has_sequence_privilege(role, pg_class.oid, privilege)
"""
TRIGGER = "create trigger taken before insert on {} execute function now()"
LOCK = "do $$ begin lock table {} in access exclusive mode; end $$"
_PRIVILEGE = re.compile(r"(\w+)(?: \(([^)]*)\))?")


def declared_rights(text: str) -> dict[str, Rights]:
    """Table, or schema.*, -> the rights of each role, from the Markdown table in the text."""
    rows = re.findall(r"^\| `([\w.*]+)` \| (.+) \|$", text, re.MULTILINE)
    return {
        table: dict(zip(_heads(text), map(_privileges, cells.split(" | ")), strict=True))
        for table, cells in rows
    }


def _heads(text: str) -> list[str]:
    (heads,) = re.findall(r"^\| table \| (.+) \|$", text, re.MULTILINE)
    return [head.strip("`") for head in heads.split(" | ")]


def _privileges(cell: str) -> Privileges:
    return {
        name: tuple(columns.split(", ")) if columns else None
        for name, columns in _PRIVILEGE.findall(cell)
    }


def found_rights(rows: Iterable[tuple]) -> dict[str, Rights]:
    found: dict[str, Rights] = defaultdict(lambda: {role: {} for role in ROLES})
    for table, role, privilege, is_whole, columns, is_owner in rows:
        of_role = found[table][role]
        if is_owner:
            of_role[OWNS] = None
        elif is_whole:
            of_role[privilege] = None
        elif columns:
            of_role[privilege] = tuple(columns)
    return dict(found)


def rights_on(table: str, declared: Mapping[str, Rights]) -> Rights:
    """What is declared for the table, or for all tables of its schema. KeyError if nothing is."""
    schema = table.partition(".")[0]
    return declared[table] if table in declared else declared[f"{schema}.*"]


def differences(found: Mapping[str, Rights], declared: Mapping[str, Rights]) -> list[str]:
    lines = [
        f"{table}: in the list, but not there"
        for table in declared
        if table not in found and not table.endswith(".*")
    ]
    for table, rights in found.items():
        try:
            wanted = rights_on(table, declared)
        except KeyError:
            lines.append(f"{table}: not in the list")
            continue
        lines += [
            f"{table}, {role}: declared {_text(wanted[role])}, found {_text(rights[role])}"
            for role in ROLES
            if _sorted(wanted[role]) != _sorted(rights[role])
        ]
    return sorted(lines)


def _sorted(privileges: Privileges) -> dict[str, list[str] | None]:
    return {name: None if cols is None else sorted(cols) for name, cols in privileges.items()}


def _text(privileges: Privileges) -> str:
    return ", ".join(
        name + (f" ({', '.join(columns)})" if columns else "")
        for name, columns in privileges.items()
    ) or "-"  # fmt: skip


def as_login(url: str, login: str) -> str:
    """The address for a session whose login is this role, not the owner."""
    return urlsplit(url)._replace(netloc=f"{login}:@").geturl()


def columns_of(url: str, *, partitions: bool = False) -> dict[str, tuple[bool, list[str]]]:
    """Table, or partition of one, -> whether it is a view, and the columns that can be written."""
    with psycopg.connect(url) as owner:
        found = owner.execute(COLUMNS, [partitions])
        return {name: (is_view, columns or []) for name, is_view, columns in found}


def statements_refused(
    table: str, of_table: tuple[bool, list[str]], may: Privileges
) -> Iterator[Composed]:
    """What a role with these privileges must not be able to do. None of it changes a row."""
    if OWNS in may:
        return
    is_view, columns = of_table
    named = Identifier(*table.split("."))
    statements = [f"alter {'view' if is_view else 'table'} {{}} rename to taken"]
    of_columns = {"select": "select {column} from {table}"}
    if not is_view:  # a view cannot be written, whoever asks
        statements += ["truncate {}", "alter table {} disable trigger all", TRIGGER]
        statements += [LOCK] if may.keys() <= {"select", "insert"} else []
        statements += ["delete from {} where false"] if "delete" not in may else []
        of_columns |= {
            "insert": "insert into {table} ({column}) select null where false",
            "update": "update {table} set {column} = null where false",
        }
    for statement in statements:
        yield SQL(statement).format(named)
    for privilege, statement in of_columns.items():
        allowed = may.get(privilege, ())  # None: all of them
        for column in columns:
            if allowed is not None and column not in allowed:
                yield SQL(statement).format(table=named, column=Identifier(column))
