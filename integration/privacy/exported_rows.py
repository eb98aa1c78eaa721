"""Rows as they are exported: what names somebody else is replaced by a role or a company."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from integration.privacy.exported_person import PARTICIPANT_ID, ExportedPerson, is_person_id
from integration.privacy.registry import PersonalColumn

Row = dict[str, Any]
SOMEBODY_ELSE = "another person"
RUNS_COMMANDS = "command:"
OTHER_SIDE = ("timeline.activities", "caller_id")  # of a call
_IDENTIFIES = ("person_key", "zoom_user_id")


@dataclass(frozen=True)
class OtherPeople:
    """The roles of the organization's users, and the companies of the people they meet."""

    roles: Mapping[str, str]
    companies: Mapping[str, str]

    def shown(self, column: PersonalColumn, value: str) -> object:
        """What a value that names somebody else is replaced by."""
        if column.holds == "user_id" and value in self.roles:
            return {"role": self.roles[value]}
        if column.holds == "user_id" and value.startswith(RUNS_COMMANDS):
            return {"role": "operator"}
        if is_person_id(column) and value in self.companies:
            return {"company": self.companies[value]}
        return SOMEBODY_ELSE


def other_people(
    connection: psycopg.Connection, organization_id: str, person_ids: Iterable[str]
) -> OtherPeople:
    """All users' roles, and the companies of these people outside the organization."""
    wanted = sorted(set(person_ids))
    roles = connection.execute(
        "select user_id, role from worksights.users where organization_id = %s", [organization_id]
    ).fetchall()
    companies = (
        connection.execute(
            """
            select people.person_id, companies.name
            from clientsights.people
            inner join clientsights.companies using (organization_id, company_id)
            where organization_id = %s and people.person_id = any(%s)
                and companies.name is not null
            """,
            [organization_id, wanted],
        ).fetchall()
        if wanted
        else []
    )
    return OtherPeople(dict(roles), dict(companies))


def exported_row(
    row: Row, columns: Iterable[PersonalColumn], person: ExportedPerson, others: OtherPeople
) -> Row:
    """A row in which a column names the person. `columns` are those of the registry."""
    given = [each for each in columns if row.get(each.column) is not None]
    own = [each for each in given if person.is_in(each, row[each.column])]
    is_theirs = any(each.erased_by != "blank" for each in own)
    is_shared = any(
        each.holds in _IDENTIFIES and each.erased_by != "blank" and each not in own
        for each in given
    )
    result = _with_title_of_own(row)
    for each in given:
        if each in own or (is_theirs and _belongs_to_row(each, is_shared=is_shared)):
            continue
        if each.holds == "text" and not is_person_id(each):
            del result[each.column]  # it may mention anybody
        else:
            result[each.column] = others.shown(each, str(row[each.column]))
    return result


def _belongs_to_row(column: PersonalColumn, *, is_shared: bool) -> bool:
    """Whether a column is about whoever the row is about. A Zoom user who is mapped to another
    person's profile shares the row, with a name of their own.
    """
    if (column.table, column.column) == OTHER_SIDE:
        return False
    if column.column == PARTICIPANT_ID:
        return True
    if column.holds == "name" or column.erased_by == "with_row":
        return not is_shared and not is_person_id(column)
    return column.erased_by == "listed"


def _with_title_of_own(row: Row) -> Row:
    """The title of a call's entry ends with the other side's name or number."""
    other_side = row.get(OTHER_SIDE[1])
    if not other_side or "title" not in row:
        return dict(row)
    return {**row, "title": row["title"].removesuffix(f": {other_side}")}
