"""What needs attention, and how to fix it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.connections.listed import ListedConnection
from integration.pipeline.arrivals import IDLE, LATE, Arrivals, Batches
from integration.pipeline.cleaned_texts import UnreadableSetting
from integration.pipeline.failed_sessions import Failures
from integration.pipeline.job_states import JobState
from integration.privacy.erasure_requests import ErasureRequest
from integration.quantities import noun, quantity
from integration.web.overview.numbers import PeopleCounts
from integration.web.page.refusals import Link

QUIET = timedelta(days=1)
SHOWN = 10  # items of a list in one sentence

CONNECTIONS = Link("Open Connections", "/services/zoom/connections")
UNMAPPED = Link("Map users", "/services/zoom/users?show=unmapped")
TO_CONFIRM = Link("Review requests", "/services/zoom/users?show=waiting")
FAILED = Link("Show them", "/missing#failed")
RUNS = "Updates may have stopped. Contact the team that runs WorkSights."
TRIED_AGAIN = (
    "Processing is retried when new data arrives and after each software update. If the problem "
    "continues, contact the team that runs WorkSights."
)
# Tables and steps that fail for a whole organization -> title and first sentences.
MODELS = {
    "pipeline.settings": (
        "Changed settings have no effect yet",
        "The current users, mappings and features could not be applied. No data is lost. Until "
        "they are applied, the earlier settings are used.",
    ),
    "clientsights_raw.email_addresses": (
        "New people and companies are missing",
        "Email addresses from Zoom could not be processed. No data is lost. The people and "
        "companies known so far do not change.",
    ),
}


@dataclass(frozen=True)
class Need:
    """A problem. `text` says how to fix it; `since` is shown after it, in the viewer's zone."""

    title: str
    text: str
    link: Link | None = None
    since: datetime | None = None


def needs_of_connections(
    connections: list[ListedConnection],
    arrivals: list[Arrivals],
    *,
    now: datetime,
    webhooks: str,
) -> list[Need]:
    """Problems of connections in use: failed imports, and accounts that Zoom sent nothing for."""
    needs = [
        Need(
            f"The last user import for Zoom account {one.zoom_account_id} failed",
            one.status_detail or "Users could not be imported. Reconnect the account.",
            CONNECTIONS,
        )
        for one in connections
        if one.status == "needs_attention"
    ]
    received = {one.zoom_account_id: one.last_received_at for one in arrivals}
    for one in connections:
        last = received.get(one.zoom_account_id)
        if one.zoom_account_id in received and (last or one.connected_at) < now - QUIET:
            needs.append(
                Need(
                    f"Nothing received from Zoom account {one.zoom_account_id} for a day",
                    "This is normal on days without meetings or calls. Otherwise, check in the "
                    "Zoom Marketplace that the app's event subscription is on and sends to "
                    f"{webhooks}.",
                    CONNECTIONS,
                    since=last,
                )
            )
    return needs


def needs_of_deliveries(arrivals: list[Arrivals], *, sees_counts: bool = True) -> list[Need]:
    """The deliveries that were quarantined in the last day, with the reasons."""
    reasons: dict[str, int] = {}
    for one in arrivals:
        for reason, count in one.quarantined.items():
            reasons[reason] = reasons.get(reason, 0) + count
    if not reasons:
        return []
    listed = "; ".join(
        f"{reason} ({count:,})" if sees_counts else reason
        for reason, count in sorted(reasons.items())
    )
    some = quantity(sum(reasons.values()), "webhook") if sees_counts else "Some webhooks"
    return [
        Need(
            f"{some} could not be read since yesterday",
            f"Reasons: {listed}. If this continues, contact the team that runs WorkSights.",
        )
    ]


def needs_of_batches(
    batches: Batches,
    connections: list[ListedConnection],
    arrivals: list[Arrivals],
    *,
    now: datetime,
) -> list[Need]:
    """Reports a failed batch, or that no batch ran although one was due."""
    finished, failed = batches.last_finished_at, batches.last_failed_at
    waiting = [one.waiting_since for one in arrivals if one.waiting_since is not None]
    oldest = min([one.connected_at for one in connections], default=now)
    if failed and failed > (finished or failed - QUIET):
        return [
            Need(
                "The last update failed",
                "No data is lost. The next update continues where it stopped. If that fails too, "
                "contact the team that runs WorkSights.",
                since=failed,
            )
        ]
    if waiting and min(waiting) < now - LATE:
        return [Need("Data from Zoom is waiting to be processed", RUNS, since=min(waiting))]
    if (finished or oldest) < now - IDLE:
        return [Need("No update has run for hours", RUNS, since=finished)]
    return []


def needs_of_audit(audit: JobState) -> list[Need]:
    """Reports a failed audit until one passes. Batches check only affected sessions, so they cannot
    clear the failure.
    """
    if audit.failed_since is None:
        return []
    steps = f" Failed: {', '.join(audit.steps)}." if audit.steps else ""
    return [
        Need(
            "The nightly data check did not pass",
            "It found inconsistent data or could not finish, so some of the data shown may be "
            "wrong. Contact the team that runs WorkSights, which can compare it with the data that "
            "Zoom sent and correct it. This message stays until a nightly check passes."
            f"{steps}",
            since=audit.failed_since,
        )
    ]


def needs_of_failures(
    failures: Sequence[Failures], *, sees_counts: bool, link: Link | None
) -> list[Need]:
    """The failures of the viewer's organization; `link` is for viewers who may see the list."""
    needs = []
    for one in failures:
        if one.sessions:
            some = quantity(one.sessions, "session") if sees_counts else "Some sessions"
            needs.append(
                Need(
                    f"{some} could not be processed",
                    f"No data is lost, and existing entries do not change. {TRIED_AGAIN}",
                    link,
                    since=one.sessions_since,
                )
            )
        for model in one.models:
            title, text = MODELS.get(
                model,
                (
                    "Some of the data shown is not up to date",
                    f"{model} could not be updated. No data is lost. Until it is updated, its "
                    "earlier data is shown.",
                ),
            )
            needs.append(Need(title, f"{text} {TRIED_AGAIN}", since=one.models_since))
    return needs


def needs_of_identity(
    problems: Sequence[str], unreadable: Sequence[UnreadableSetting] = ()
) -> list[Need]:
    """Company settings that are invalid. `problems` are sentences; `unreadable` are texts that
    have no effect.
    """
    needs = []
    if problems:
        needs.append(
            Need(
                "Some settings for people and companies are invalid",
                f"{' '.join(problems)} Contact the team that runs WorkSights to correct them.",
            )
        )
    if unreadable:
        shown = [f"“{one.text}” in {one.setting.replace('_', ' ')}" for one in unreadable[:SHOWN]]
        more = len(unreadable) - len(shown)
        listed = "; ".join([*shown, *([f"and {more:,} more"] if more else [])])
        needs.append(
            Need(
                f"{quantity(len(unreadable), 'setting')} for people and companies "
                f"{noun(len(unreadable), 'has', 'have')} no effect",
                f"{listed}. An exclusion must be an email address or a domain, such as "
                "ann@acme.com or acme.com. Own domains and overrides must be domains. Contact the "
                "team that runs WorkSights to correct them.",
            )
        )
    return needs


def needs_of_people(people: PeopleCounts, *, sees_counts: bool = True) -> list[Need]:
    """Reports unmapped Zoom users with sessions that would otherwise have entries. Who may not see
    counts of activity reads the same without them.
    """
    if not people.waiting:
        return []
    title, sessions = "Some Zoom users are not mapped", "Some"
    if sees_counts:
        are = noun(people.waiting, "is", "are")
        title = f"{quantity(people.waiting, 'Zoom user')} {are} not mapped"
        sessions = f"{people.entries_waiting:,}"
    return [
        Need(
            title,
            f"{sessions} of their sessions could be on a timeline. To add them, map each user from "
            "an earlier day. To remove rooms and shared logins from this list, map them to Nobody.",
            UNMAPPED,
        )
    ]


def needs_of_requests(waiting: int) -> list[Need]:
    """Reports mappings that wait for a second person."""
    if not waiting:
        return []
    are = noun(waiting, "is", "are")
    return [
        Need(
            f"{quantity(waiting, 'mapping')} {are} waiting for confirmation",
            "A mapping that brings entries to the profile of the person who made it, or that gives "
            "somebody else's Zoom user away, applies only when a second person confirms it.",
            TO_CONFIRM,
        )
    ]


def needs_of_erasures(requests: Sequence[ErasureRequest]) -> list[Need]:
    """Reports the people who asked to be erased and are not erased yet."""
    return [
        Need(
            f"{one.full_name or 'A former user'} asked for erasure",
            f"It is due by {one.due_at:%d %B %Y}. "
            + ("Deactivate the user in WorkSights, then contact" if one.is_active else "Contact")
            + " the team that runs WorkSights, which erases all data about them.",
            since=one.requested_at,
        )
        for one in requests
    ]
