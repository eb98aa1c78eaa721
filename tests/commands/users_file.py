"""A file of WorkSights users, and the users that its import stores."""

from datetime import UTC, datetime
from typing import Any

from tests.commands.program import Answer, Program, execute, rows

HEADER = "email,full_name,role,time_zone"
FOUNDED_AT = datetime(2024, 2, 1, 9, tzinfo=UTC)


def import_users(
    program: Program, content: str | bytes, *more: str, organization: str = "acme"
) -> Answer:
    file = program.home / "users.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return program("import-users", str(file), "--organization", organization, *more)


def users(program: Program, *columns: str) -> list[tuple[Any, ...]]:
    listed = ", ".join(columns)
    return rows(
        program.settings["DATABASE_URL"],
        f"select {listed} from worksights.users order by organization_id, lower(email)",  # noqa: S608  (the tests' own columns)
    )


def make_two_organizations(program: Program) -> Program:
    """Two organizations with one user each."""
    url = program.settings["DATABASE_URL"]
    execute(
        url,
        """
        insert into worksights.organizations (organization_id, name, created_at)
        values ('acme', 'Acme', %(at)s), ('other', 'Other', %(at)s)
        """,
        {"at": FOUNDED_AT},
    )
    execute(
        url,
        """
        insert into worksights.users (
            user_id, organization_id, email, full_name, role, time_zone, created_at
        )
        values
            ('u1', 'acme', 'Ann@acme.example', 'Ann', 'member', 'UTC', %(at)s),
            ('u2', 'other', 'ann@acme.example', 'Another Ann', 'member', 'UTC', %(at)s)
        """,
        {"at": FOUNDED_AT},
    )
    return program
