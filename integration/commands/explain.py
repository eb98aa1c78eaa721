"""`explain`: why a session is, or is not, on a user's timeline."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from integration.commands.arguments import Moment
from integration.commands.chosen_user import only_user
from integration.commands.operator import operator
from integration.database.postgres import connect, database_url
from integration.explain import appearances as facts
from integration.explain.appearances import Appearance, ExplainedUser, SessionSummary
from integration.explain.explanation import (
    NEVER_THERE,
    Step,
    first_failure,
    steps_of,
    steps_of_participant,
)
from integration.explain.phone_licenses import lacks_phone, why_no_calls
from integration.pipeline import status
from integration.pipeline.failed_sessions import failed_since
from integration.privacy.access_log import Act, record_access
from integration.quantities import quantity
from integration.settings import read_settings

DEFAULT_DAYS = 7


@click.command()
@click.option("--user", required=True, help="Email of the WorkSights user.")
@click.option(
    "--organization", help="Organization ID, if users of several organizations have this email."
)
@click.option("--session", help="Zoom UUID, call ID, meeting ID or session_id.")
@click.option("--since", type=Moment(), help="Start date or time, such as 2026-03-02.")
def explain(
    user: str, organization: str | None, session: str | None, since: datetime | None
) -> None:
    """Show why a user's sessions are, or are not, on their timeline."""
    console = Console(highlight=False, soft_wrap=True)
    now = datetime.now(UTC)
    with connect(
        database_url(read_settings(), "pipeline"), role="pipeline", autocommit=True
    ) as connection:
        explained = only_user(
            facts.explained_users(connection, email=user, organization_id=organization)
        )
        record_access(
            connection,
            organization_id=explained.organization_id,
            actor=operator(),
            act=Act.EXPLAIN,
            users=[explained.user_id],
        )
        console.print(f"What never appears: {NEVER_THERE[0].lower()}{NEVER_THERE[1:]}")
        console.print(_describe(explained))
        if lacks_phone(connection, explained):
            console.print(why_no_calls(explained.full_name))
        if session is None:
            start = since or now - timedelta(days=DEFAULT_DAYS)
            found = facts.appearances(connection, explained, since=start)
            console.print(_list(found, explained, start))
            return
        sessions = facts.find_sessions(
            connection, organization_id=explained.organization_id, name=session
        )
        for one in sessions:
            known = facts.appearances(connection, explained, session_id=one.session_id)
            events = facts.landed_events(connection, one)
            failed = failed_since(connection, [one.session_id], organization_id=one.organization_id)
            steps = steps_of(one, known, events=events, failed_at=failed.get(one.session_id))
            _print_steps(console, one, steps)
        if not sessions:
            waiting = status.backlog(connection, now=now)
            console.print(_no_events(session, waiting))


def _describe(user: ExplainedUser) -> str:
    zoom = ", ".join(user.zoom_user_ids)
    mapped = f"Mapped Zoom users: {zoom}" if zoom else "No mapped Zoom user"
    deactivated = " Deactivated." if user.deactivated_at else ""
    return f"{user.full_name} ({user.organization_id}).{deactivated} {mapped}."


def _list(found: list[Appearance], user: ExplainedUser, since: datetime) -> Table | str:
    zone = ZoneInfo(user.time_zone)
    if not found:
        return (
            f"No session with this user has ended since {since.astimezone(zone):%d %B %Y, %H:%M}. "
            "Search for one with --session, or use an earlier --since."
        )
    table = Table("started", "session", "outcome", "reason and next step", title_justify="left")
    for one in found:
        started = f"{one.session_started_at.astimezone(zone):%a %d %b %H:%M}"
        title = one.entry_title or one.topic or one.feature
        table.add_row(started, title, one.outcome, _reason_and_next_step(one))
    return table


def _reason_and_next_step(one: Appearance) -> str:
    step = first_failure(steps_of_participant(one))
    return f"{step.sentence} {step.next_step}".strip() if step else one.detail


def _print_steps(console: Console, session: SessionSummary, steps: list[Step]) -> None:
    name = session.topic or session.zoom_uuid
    console.print(f"\n{session.feature}: {name} ({session.session_id})")
    for step in steps:
        mark = "yes" if step.is_passed else "no"
        console.print(f"  {step.name:22} {mark:4} {step.sentence}")
        if step.next_step:
            console.print(f"  {'':22}      Next step: {step.next_step}")


def _no_events(session: str, backlog: status.Backlog) -> str:
    return (
        f"No events found for session {session!r}. Zoom may not have sent any, or they are still "
        f"waiting ({quantity(backlog.waiting, 'delivery', 'deliveries')}) or quarantined "
        f"({backlog.quarantined_last_day:,} in the last day; see operations.deliveries)."
    )
