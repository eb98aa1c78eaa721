"""Reads and empties the columns of the registry of personal data in any table."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.database import rows
from integration.privacy.landed_events import LandedEvent, events_of_sessions
from integration.privacy.registry import PersonalColumn
from integration.zoom.parties import PARTICIPANT, fields_of_sides

# The value of a required column after a person has been removed from it.
EMPTY_VALUES = {"text": "erased", "jsonb": "{}"}
# Matches the parts of a longer text that may be addresses.
PIECE_WITH_AT = "[^[:space:]<>(),;:\"'\\\\]+@[^[:space:]<>(),;:\"'\\\\]+"


class PersonalRows:
    """One organization's data in the columns of the registry."""

    def __init__(self, connection: psycopg.Connection, organization_id: str) -> None:
        self._connection = connection
        self._organization_id = organization_id
        self._columns = cache(self._columns_of)

    def exists(self, column: PersonalColumn) -> bool:
        """Whether the column exists; dbt and Dagster create their tables with the first batch."""
        return column.column in self._columns(column.table)

    def may_read(self, table: str) -> bool:
        """Whether the connection's role may read the whole table."""
        return rows.scalar(
            self._connection,
            bool,
            "select has_table_privilege(current_user, %s, 'select')",
            [table],
        )

    def whole(self, wanted: Mapping[PersonalColumn, Collection[str]]) -> list[dict[str, Any]]:
        """The rows of one table in which one of the columns has one of its wanted values, in a
        stable order.
        """
        if not wanted:
            return []
        one = next(iter(wanted))
        is_wanted = SQL(" or ").join(
            SQL("{} = any({})").format(_name(column), [*values])
            for column, values in wanted.items()
        )
        return rows.scalars(
            self._connection,
            dict,
            SQL(
                "select to_jsonb(t) from {} as t where {} and ({}) order by to_jsonb(t)::text"
            ).format(_table(one), self._own_rows(one), is_wanted),
        )

    def columns_of_runs(self) -> list[PersonalColumn]:
        """All text columns of Dagster's own tables."""
        found = self._connection.execute(
            """
            select 'dagster.' || relname, attname from pg_attribute
            inner join pg_class on pg_class.oid = attrelid
            where relnamespace = to_regnamespace('dagster') and relkind = 'r' and attnum > 0
                and atttypid in ('text'::regtype, 'varchar'::regtype)
            order by relname, attnum
            """
        )
        return [PersonalColumn(table, name, "text", "row") for table, name in found]

    def texts(self, column: PersonalColumn) -> Iterator[tuple[str | None, str]]:
        """(session_id, text) in the column; session_id is None if the table has none."""
        session = "session_id" if "session_id" in self._columns(column.table) else "null::text"
        if column.holds in ("person_key", "name", "zoom_user_id", "user_id", "text"):
            session = "null::text"  # these kinds do not depend on the session
        yield from self._connection.execute(
            SQL("select distinct {}, {}::text from {} where {} is not null and {}").format(
                SQL(session), _name(column), _table(column), _name(column), self._own_rows(column)
            )
        )

    def fields(
        self, column: PersonalColumn, *, names: Collection[str], in_a_session: Collection[str]
    ) -> Iterator[tuple[str, str | None, str]]:
        """(field, session_id, text) of these fields, and of all other texts with an `@`. The
        session is returned only for the fields in `in_a_session`.
        """
        yield from self._connection.execute(
            SQL(
                "select distinct field.key, case when field.key = any(%s) then session_id end, "
                "field.value from {} cross join lateral jsonb_each_text({}) as field (key, value) "
                "where {} and (field.key = any(%s) or strpos(field.value, '@') > 0)"
            ).format(_table(column), _name(column), self._own_rows(column)),
            [list(in_a_session), list(names)],
        )

    def events_of(self, session_ids: Collection[str]) -> Iterator[LandedEvent]:
        """The landed events of these sessions."""
        return events_of_sessions(self._connection, self._organization_id, session_ids)

    def bodies(self, column: PersonalColumn) -> Iterator[tuple[int, bytes]]:
        """(delivery_id, body) of quarantined deliveries, of this organization or of none."""
        yield from self._connection.execute(
            SQL(
                "select delivery_id, {} from {} where disposition = 'quarantined' "
                "and {} is not null and organization_id in (%s, '-')"
            ).format(_name(column), _table(column), _name(column)),
            [self._organization_id],
        )

    def delete_bodies(self, delivery_ids: Collection[int]) -> int:
        """Deletes these bodies; their ledger rows are kept."""
        return self._connection.execute(
            "update ingress.deliveries set body = null where delivery_id = any(%s)",
            [list(delivery_ids)],
        ).rowcount

    def names_of_identified_people(self) -> set[str]:
        """The names of all people in the organization who have an address or an id."""
        return set(
            rows.scalars(
                self._connection,
                str,
                NAMES_OF_IDENTIFIED_PEOPLE,
                {
                    "own": self._organization_id,
                    **{
                        fact: [PARTICIPANT[fact], *of_sides]
                        for fact, of_sides in fields_of_sides().items()
                        if fact in PARTICIPANT
                    },
                },
            )
        )

    def addresses_in(self, column: PersonalColumn) -> Iterator[str]:
        """The texts that look like addresses in a column of long texts."""
        found = self._connection.execute(
            SQL(
                "select distinct piece[1] from {}, regexp_matches({}::text, %s, 'g') as piece "
                "where {}"
            ).format(_table(column), _name(column), self._own_rows(column)),
            [PIECE_WITH_AT],
        )
        return (piece for (piece,) in found)

    def count_with(self, column: PersonalColumn, texts: Collection[str]) -> int:
        """The number of rows with one of the texts anywhere in this column, ignoring case."""
        return rows.scalar(
            self._connection,
            int,
            SQL("select count(*) from {} where {}").format(_table(column), _contains_one(column)),
            [list(texts)],
        )

    def remove_with(self, column: PersonalColumn, texts: Collection[str]) -> int:
        """Removes the rows or values with one of the texts anywhere in this column."""
        return self._connection.execute(
            SQL("{} where {}").format(self._removal(column), _contains_one(column)), [list(texts)]
        ).rowcount

    def remove(self, column: PersonalColumn, texts: Collection[str]) -> int:
        """Removes the rows or values that are equal to one of the texts."""
        if not texts:
            return 0
        return self._connection.execute(
            SQL("{} where {} and {}::text = any(%s)").format(
                self._removal(column), self._own_rows(column), _name(column)
            ),
            [list(texts)],
        ).rowcount

    def remove_of_users(
        self, column: PersonalColumn, texts: Collection[str], user_ids: Collection[str]
    ) -> int:
        """The same for texts that name one of these users, with the owner's rights. All of them
        were deactivated more than a month ago.
        """
        if not texts:
            return 0
        return rows.scalar(
            self._connection,
            int,
            "select integration.remove_deactivated_users(%s, %s, %s::regclass, %s, %s, %s, %s)",
            [
                self._organization_id,
                list(user_ids),
                column.table,
                column.column,
                list(texts),
                column.erased_by == "blank",
                self._columns(column.table)[column.column],
            ],
        )

    def _own_rows(self, column: PersonalColumn) -> Composed:
        """A condition for the organization's rows. Some tables have only an account, and Dagster's
        tables have neither.
        """
        columns = self._columns(column.table)
        if "organization_id" in columns:
            condition = SQL("organization_id = {}")
        elif "zoom_account_id" in columns:
            condition = SQL(
                "zoom_account_id in (select zoom_account_id from integration.connections "
                "where organization_id = {})"
            )
        else:
            return SQL("true").format()
        return condition.format(self._organization_id)

    def _removal(self, column: PersonalColumn) -> Composed:
        if column.erased_by != "blank":
            return SQL("delete from {}").format(_table(column))
        empty = self._columns(column.table)[column.column]
        return SQL("update {} set {} = {}").format(_table(column), _name(column), empty)

    def _columns_of(self, table: str) -> dict[str, str | None]:
        """The table's columns, with the value that each of them gets when it is emptied."""
        found = self._connection.execute(
            """
            select attname, case when attnotnull then format_type(atttypid, null) end
            from pg_attribute
            where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
            """,
            [table],
        )
        return {name: EMPTY_VALUES.get(required_type) for name, required_type in found}


def _contains_one(column: PersonalColumn) -> Composed:
    return SQL(
        "exists (select from unnest(%s::text[]) as wanted (text) "
        "where strpos(lower({}::text), lower(wanted.text)) > 0)"
    ).format(_name(column))


def _table(column: PersonalColumn) -> Identifier:
    return Identifier(*column.table.split("."))


def _name(column: PersonalColumn) -> Identifier:
    return Identifier(column.column)


NAMES_OF_IDENTIFIED_PEOPLE = """
    select full_name from worksights.users where organization_id = %(own)s
    union
    select names.name from zoom_raw.users
    cross join lateral (
        values (users.display_name), (concat_ws(' ', users.first_name, users.last_name)),
            (users.first_name), (users.last_name)
    ) as names (name)
    where users.organization_id = %(own)s and names.name is not null
    union
    select guessed_name from clientsights_raw.email_addresses
    where organization_id = %(own)s and guessed_name is not null
    union
    select fields ->> party.name from zoom_raw.events
    cross join unnest(%(name)s::text[], %(email)s::text[], %(zoom_user_id)s::text[])
        as party (name, email, zoom_user_id)
    where events.organization_id = %(own)s and fields ? party.name
        and (fields ? party.email or fields ? party.zoom_user_id)
"""
