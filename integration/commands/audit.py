"""`audit`: checks that the audit trail is unbroken, or exports it."""

import json
from datetime import UTC, datetime

import click

from integration.commands.operator import operator
from integration.database.audit_chain import export_trail, problems_of_trail, trail
from integration.database.audit_trail import record_change
from integration.database.postgres import connect, database_url
from integration.quantities import quantity
from integration.settings import read_settings

SHOWN = 20
EVERYBODY = "-"  # of no organization


@click.command()
@click.option("--verify", is_flag=True, help="Check that no row was changed or removed.")
@click.option("--export", "is_export", is_flag=True, help="Print the rows as JSON lines.")
@click.option("--since", help="With --export: the first day, such as 2026-03-01.")
def audit(verify: bool, is_export: bool, since: str | None) -> None:
    """Check the audit trail, or export it."""
    if verify == is_export or bool(since) != is_export:
        raise click.UsageError("Use either --verify, or --export --since DATE.")
    settings = read_settings()
    if verify:
        _verify(database_url(settings, "pipeline"))
    else:
        first = _day(since or "")
        _export(database_url(settings, "pipeline"), first)


def _verify(url: str) -> None:
    with connect(url, role="pipeline") as connection:
        problems = problems_of_trail(connection, limit=SHOWN + 1)
        found = trail(connection)
    for each in problems[:SHOWN]:
        click.echo(f"Row {each.number:,}: {each.problem}.")
    if problems:
        more = f" Only the first {SHOWN} problems are shown." if len(problems) > SHOWN else ""
        raise click.ClickException(
            f"The audit trail is broken.{more} Compare it with an earlier export, and find out who "
            "had access to the database."
        )
    blanked = f" Erasures have cleared values in {quantity(found.blanked, 'row')}." * bool(
        found.blanked
    )
    click.echo(f"The audit trail is unbroken: {quantity(found.rows, 'row')}.{blanked}")
    click.echo(f"Hash of the last row (keep a copy outside this database): {found.hash or '-'}")


def _export(url: str, since: datetime) -> None:
    with connect(url, role="pipeline") as connection:
        record_change(
            connection,
            organization_id=EVERYBODY,
            user_id=operator(),
            kind="audit_trail_exported",
            subject="",
            details={"since": since.isoformat()},
        )
        connection.commit()
        for row in export_trail(connection, since=since):
            click.echo(json.dumps(row, sort_keys=True))


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise click.ClickException(
            f"--since must be a date such as 2026-03-01, not {text!r}."
        ) from error
