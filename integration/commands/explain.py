"""`explain`: why a meeting is, or is not, on somebody's timeline."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from integration.commands.arguments import Moment
from integration.settings import read_settings
from integration.store import explain as facts
from integration.store import status
from integration.store.explain import Appearance, Person, Told
from integration.store.postgres import connect, database_url

NEVER_THERE = (
    "What can never be there: meetings hosted in Zoom accounts that are not connected. "
    "Zoom does not tell us of them, even when people of this organization attend."
)
DEFAULT_DAYS = 7
MAP_THEM = (
    "Map their Zoom user on the page (Users) or in integration.mapping_changes, from a day before "
    "it ended."
)
SWITCH_ON = (
    "Switch it on, on the page (Features) or in integration.subscription_changes, from a day "
    "before it ended."
)


@dataclass(frozen=True)
class Step:
    """One step on the way to an entry; `is_passed` None: not known, or not come to."""

    name: str
    is_passed: bool | None
    sentence: str
    next_step: str = ""


@click.command()
@click.option("--user", required=True, help="Email of the WorkSights user.")
@click.option("--organization", help="Needed when several organizations have that email.")
@click.option("--session", help="Zoom's uuid, a call id, a meeting number or a session_id.")
@click.option("--since", type=Moment(), help="A day or a time, such as 2026-03-02.")
def explain(
    user: str, organization: str | None, session: str | None, since: datetime | None
) -> None:
    """Show each session of a user and its outcome, with the fix."""
    console = Console(highlight=False, soft_wrap=True)
    now = datetime.now(UTC)
    with connect(database_url(read_settings()), role="pipeline", autocommit=True) as connection:
        person = _the_person(
            facts.people_with_email(connection, email=user, organization_id=organization), user
        )
        console.print(NEVER_THERE)
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
            _print_steps(console, told, steps_of(told, known))
        if not sessions:
            waiting = status.backlog(connection, now=now)
            console.print(_nothing_told(session, waiting))


def steps_of(told: Told, known: list[Appearance]) -> list[Step]:
    """The way from Zoom's first word to the entry, up to the first step that failed."""
    steps = [
        Step("received and verified", True, "Only what Zoom has signed is ever stored."),
        Step("landed", True, f"{told.events} events of it were landed."),
    ]
    if told.ended_at is None:
        until = f" It is taken as ended on {told.due_at:%d %B, %H:%M} UTC." if told.due_at else ""
        wait = f"Zoom has not told its end.{until}"
        return [*steps, Step("ended", False, wait, "Wait; nothing live is shown.")]
    how = "Zoom told its end" if told.end_source == "event" else "no end was told for 24 hours"
    steps.append(Step("ended", True, f"{told.ended_at:%d %B %Y, %H:%M} UTC; {how}."))
    if not known:
        sentence = "Nobody in it has this user's email or a Zoom user of theirs."
        step = f"If they joined with another Zoom user: {MAP_THEM[0].lower()}{MAP_THEM[1:]}"
        return [*steps, Step("participant", False, sentence, step)]
    best = min(known, key=lambda one: one.outcome != "activity")
    return [*steps, *_steps_of_participant(best)]


def _steps_of_participant(one: Appearance) -> list[Step]:
    steps = [Step("participant", True, f"As {one.display_name or 'a nameless participant'}.")]
    failed_before_mapping = {
        "before_connection", "after_disconnection", "not_answered", "waiting_room_only",
        "zero_duration", "no_identity",
    }  # fmt: skip
    if one.outcome in failed_before_mapping:
        return [*steps, Step("counted", False, one.detail)]
    minutes = f"{one.duration_seconds // 60} min {one.duration_seconds % 60} s"
    steps.append(Step("counted", True, f"They were there for {minutes}."))
    if one.outcome == "not_mapped":
        return [*steps, Step("mapped", False, one.detail, MAP_THEM)]
    steps.append(Step("mapped", True, f"By {one.mapped_by or 'email'}."))
    if one.outcome == "user_inactive":
        return [*steps, Step("active", False, one.detail)]
    if one.outcome in ("feature_off", "not_subscribed"):
        return [*steps, Step("subscribed", False, one.detail, SWITCH_ON)]
    steps.append(Step("subscribed", True, "The feature was on for them."))
    if one.outcome == "excluded":
        return [*steps, Step("entry", False, one.detail)]
    times = ""
    if one.entry_started_at and one.entry_ended_at:
        times = f", {one.entry_started_at:%H:%M} to {one.entry_ended_at:%H:%M} UTC"
    return [*steps, Step("entry", True, f"{one.entry_title or 'It is there'}{times}.")]


def _the_person(found: list[Person], email: str) -> Person:
    if not found:
        raise click.ClickException("No WorkSights user has that email. Import users first.")
    if len(found) > 1:
        listed = ", ".join(person.organization_id for person in found)
        raise click.ClickException(
            f"Several organizations have {email}: {listed}. Add --organization."
        )
    return found[0]


def _who(person: Person) -> str:
    zoom = ", ".join(person.zoom_user_ids)
    what = (
        f"Zoom users mapped to them now: {zoom}" if zoom else "No Zoom user is mapped to them now"
    )
    left = " Deactivated." if person.deactivated_at else ""
    return f"{person.full_name} ({person.organization_id}).{left} {what}."


def _list(found: list[Appearance], person: Person, since: datetime) -> Table | str:
    zone = ZoneInfo(person.time_zone)
    if not found:
        return (
            f"No session with them has ended since {since.astimezone(zone):%d %B %Y, %H:%M}. "
            "Look for one with --session, or further back with --since."
        )
    table = Table("began", "session", "outcome", "why, and what to do", title_justify="left")
    for one in found:
        began = f"{one.session_started_at.astimezone(zone):%a %d %b %H:%M}"
        title = one.entry_title or one.topic or one.feature
        table.add_row(began, title, one.outcome, one.detail)
    return table


def _print_steps(console: Console, told: Told, steps: list[Step]) -> None:
    console.print(f"\n{told.feature}: {told.topic or told.zoom_uuid} ({told.session_id})")
    for step in steps:
        mark = {True: "yes", False: "no", None: "-"}[step.is_passed]
        console.print(f"  {step.name:22} {mark:4} {step.sentence}")
        if step.next_step:
            console.print(f"  {'':22}      Next step: {step.next_step}")


def _nothing_told(session: str, backlog: status.Backlog) -> str:
    return (
        f"No event of a session {session!r} has been landed. Either Zoom has not told us of it, or "
        f"its deliveries still wait ({backlog.waiting} do) or were quarantined "
        f"({backlog.quarantined_last_day} in the last day; see operations.deliveries)."
    )
