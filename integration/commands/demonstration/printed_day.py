"""Prints a day of the busiest people as tables, in their own time zones."""

from datetime import date

from rich.console import Console
from rich.table import Table

from integration.commands.demonstration.accounts import ORGANIZATION
from integration.commands.demonstration.queries import Entry, entries_of_day, outcomes
from integration.database.postgres import connect
from integration.quantities import quantity

PEOPLE_SHOWN = 2


def print_day(url: str, day: date) -> None:
    with connect(url, role="pipeline") as connection:
        entries = entries_of_day(connection, organization_id=ORGANIZATION, day=day)
        counts = outcomes(connection, organization_id=ORGANIZATION)
    console = Console(highlight=False)
    people = {entry.full_name for entry in entries}
    busiest = sorted(people, key=lambda n: (-sum(e.full_name == n for e in entries), n))
    for name in busiest[:PEOPLE_SHOWN]:
        console.print(_table([entry for entry in entries if entry.full_name == name], day))
    console.print(
        f"{quantity(len(entries), 'entry', 'entries')} for "
        f"{quantity(len(people), 'person', 'people')} on this day ({PEOPLE_SHOWN} people shown)."
    )
    console.print(
        "Outcomes for all participants: " + ", ".join(f"{count} {name}" for name, count in counts)
    )


def _table(entries: list[Entry], day: date) -> Table:
    who = f"{entries[0].full_name}, {day:%A, %d %B %Y} ({entries[0].time_zone})"
    table = Table("from", "to", "minutes", "entry", title=who, title_justify="left")
    for entry in entries:
        minutes = f"{entry.duration_seconds / 60:.0f}"
        table.add_row(
            f"{entry.started_at:%H:%M}", f"{entry.ended_at:%H:%M}", minutes,
            f"[cyan]{entry.title}[/cyan]",
        )  # fmt: skip
    return table
