"""`explain`: why a session is, or is not, on a user's timeline."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from integration.commands.arguments import Moment
from integration.database.postgres import connect, database_url
from integration.explain import appearances as facts
from integration.explain.appearances import Appearance, Person, Told
from integration.explain.explanation import NEVER_THERE, Step, steps_of
from integration.pipeline import status
from integration.pipeline.failed_sessions import failed_since
from integration.settings import read_settings

DEFAULT_DAYS = 7


@click.command()
@click.option("--user", required=True, help="Email of the WorkSights user.")
@click.option("--organization", help="Organization ID, if several organizations have this email.")
@click.option("--session", help="Zoom UUID, call ID, meeting number or session_id.")
@click.option("--since", type=Moment(), help="Start date or time, such as 2026-03-02.")
def explain(
    user: str, organization: str | None, session: str | None, since: datetime | None
) -> None:
    """Show why a user's sessions are, or are not, on their timeline."""
    console = Console(highlight=False, soft_wrap=True)
    now = datetime.now(UTC)
    with connect(database_url(read_settings()), role="pipeline", autocommit=True) as connection:
        person = _the_person(
            facts.people_with_email(connection, email=user, organization_id=organization), user
        )
        console.print(f"What never appears: {NEVER_THERE[0].lower()}{NEVER_THERE[1:]}")
        console.print(_who(person))
        if session is None:
            begin = since or now - timedelta(days=DEFAULT_DAYS)
            found = facts.appearances(connection, person, since=begin)
            console.print(_list(found, person, begin))
            return
        sessions = facts.sessions_named(
            connection, organization_id=person.organization_id, name=session
        )
        for told in sessions:
            known = facts.appearances(connection, person, session_id=told.session_id)
            events = facts.landed_events(connection, told)
            failed = failed_since(
                connection, [told.session_id], organization_id=told.organization_id
            )
            steps = steps_of(told, known, events=events, failed_at=failed.get(told.session_id))
            _print_steps(console, told, steps)
        if not sessions:
            waiting = status.backlog(connection, now=now)
            console.print(_nothing_told(session, waiting))


def _the_person(found: list[Person], email: str) -> Person:
    if not found:
        raise click.ClickException("No WorkSights user has this email. Import users first.")
    if len(found) > 1:
        listed = ", ".join(person.organization_id for person in found)
        raise click.ClickException(
            f"Several organizations have {email}: {listed}. Add --organization."
        )
    return found[0]


def _who(person: Person) -> str:
    zoom = ", ".join(person.zoom_user_ids)
    what = f"Mapped Zoom users: {zoom}" if zoom else "No mapped Zoom user"
    left = " Deactivated." if person.deactivated_at else ""
    return f"{person.full_name} ({person.organization_id}).{left} {what}."


def _list(found: list[Appearance], person: Person, since: datetime) -> Table | str:
    zone = ZoneInfo(person.time_zone)
    if not found:
        return (
            f"No session with this user has ended since {since.astimezone(zone):%d %B %Y, %H:%M}. "
            "Search for one with --session, or use an earlier --since."
        )
    table = Table("started", "session", "outcome", "reason and next step", title_justify="left")
    for one in found:
        began = f"{one.session_started_at.astimezone(zone):%a %d %b %H:%M}"
        title = one.entry_title or one.topic or one.feature
        table.add_row(began, title, one.outcome, one.detail)
    return table


def _print_steps(console: Console, told: Told, steps: list[Step]) -> None:
    console.print(f"\n{told.feature}: {told.topic or told.zoom_uuid} ({told.session_id})")
    for step in steps:
        mark = "yes" if step.is_passed else "no"
        console.print(f"  {step.name:22} {mark:4} {step.sentence}")
        if step.next_step:
            console.print(f"  {'':22}      Next step: {step.next_step}")


def _nothing_told(session: str, backlog: status.Backlog) -> str:
    return (
        f"No events found for session {session!r}. Zoom may not have sent any, or they are still "
        f"waiting ({backlog.waiting} deliveries) or quarantined ({backlog.quarantined_last_day} in "
        "the last day; see operations.deliveries)."
    )
