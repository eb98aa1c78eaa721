"""The rows of an organization's own domains, overrides and rules, and edits of them that can be
undone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, LiteralString

import psycopg

from integration.database import rows

Table = Literal["own_domains", "domain_overrides", "identity_settings"]
Values = Mapping[str, str | bool | None]

_READ = """
    select 'own_domains' as "table", domain as key, '{}'::jsonb as "values"
    from integration.own_domains
    where organization_id = %(organization)s
    union all
    select
        'domain_overrides', domain,
        jsonb_build_object(
            'company_domain', company_domain, 'company_name', company_name,
            'names_only', names_only
        )
    from integration.domain_overrides
    where organization_id = %(organization)s
    union all
    select 'identity_settings', name, jsonb_build_object('value', value)
    from integration.identity_settings
    where organization_id = %(organization)s
"""
_PUT: dict[Table, LiteralString] = {
    "own_domains": """
        insert into integration.own_domains (organization_id, domain, changed_by)
        values (%(organization)s, %(key)s, %(by)s)
        on conflict (organization_id, domain) do nothing
    """,
    "domain_overrides": """
        insert into integration.domain_overrides
            (organization_id, domain, company_domain, company_name, names_only, changed_by)
        values (
            %(organization)s, %(key)s, %(company_domain)s, %(company_name)s, %(names_only)s, %(by)s
        )
        on conflict (organization_id, domain) do update
        set company_domain = excluded.company_domain, company_name = excluded.company_name,
            names_only = excluded.names_only, changed_by = excluded.changed_by, changed_at = now()
    """,
    "identity_settings": """
        insert into integration.identity_settings (organization_id, name, value, changed_by)
        values (%(organization)s, %(key)s, %(value)s, %(by)s)
        on conflict (organization_id, name) do update
        set value = excluded.value, changed_by = excluded.changed_by, changed_at = now()
    """,
}
_DELETE: dict[Table, LiteralString] = {
    "own_domains": "delete from integration.own_domains "
    "where organization_id = %(organization)s and domain = %(key)s",
    "domain_overrides": "delete from integration.domain_overrides "
    "where organization_id = %(organization)s and domain = %(key)s",
    "identity_settings": "delete from integration.identity_settings "
    "where organization_id = %(organization)s and name = %(key)s",
}


@dataclass(frozen=True)
class _Row:
    table: Table
    key: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Edit:
    """A row that is written, changed or deleted. None: there is no row."""

    table: Table
    key: str
    before: Values | None
    after: Values | None

    @property
    def undone(self) -> "Edit":
        return Edit(self.table, self.key, self.after, self.before)


@dataclass(frozen=True)
class Stored:
    """The rows by table and key, which is the text as it was written."""

    tables: Mapping[Table, Mapping[str, Values]]

    def edit(self, table: Table, key: str, after: Values | None) -> Edit:
        return Edit(table, key, self.tables[table].get(key), after)

    def is_at(self, edits: Iterable[Edit]) -> bool:
        """Whether nothing has changed these rows since the edits, so that they can be undone."""
        return all(self.tables[one.table].get(one.key) == one.after for one in edits)


def override(
    company_domain: str | None, *, name: str | None = None, names_only: bool = False
) -> Values:
    return {"company_domain": company_domain, "company_name": name, "names_only": names_only}


def read_stored(connection: psycopg.Connection, organization_id: str) -> Stored:
    tables: dict[Table, dict[str, Values]] = {each: {} for each in _PUT}
    for row in rows.every(connection, _Row, _READ, {"organization": organization_id}):
        tables[row.table][row.key] = row.values
    return Stored(tables)


def apply_edits(
    connection: psycopg.Connection, organization_id: str, edits: Iterable[Edit], *, changed_by: str
) -> None:
    for edit in edits:
        statement = (_DELETE if edit.after is None else _PUT)[edit.table]
        connection.execute(
            statement,
            {
                "organization": organization_id,
                "key": edit.key,
                "by": changed_by,
                **(edit.after or {}),
            },
        )


def one_at_a_time(connection: psycopg.Connection, organization_id: str) -> None:
    """Until the end of the transaction, nobody else changes these settings on the page."""
    connection.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
        [f"people and domains of {organization_id}"],
    )


def as_details(edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """The edits as the audit trail keeps them."""
    return [asdict(edit) for edit in edits]


def from_details(details: Iterable[Mapping[str, Any]]) -> list[Edit]:
    return [Edit(one["table"], one["key"], one["before"], one["after"]) for one in details]
