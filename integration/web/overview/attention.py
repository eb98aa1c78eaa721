"""What needs somebody's attention, and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.connections.listed import ListedConnection
from integration.pipeline.arrivals import IDLE, LATE, Arrivals, Batches
from integration.pipeline.cleaned_texts import UnreadableSetting
from integration.pipeline.failed_sessions import Failures
from integration.pipeline.job_states import JobState
from integration.web.changes.words import counted
from integration.web.overview.numbers import People
from integration.web.page.refusals import Step

QUIET = timedelta(days=1)
SHOWN = 10  # of a list in one sentence

CONNECTIONS = Step("Open Connections", "/services/zoom/connections")
UNMAPPED = Step("Map them", "/services/zoom/users?show=unmapped")
FAILED = Step("Show them", "/missing#failed")
RUNS = (
    "Tell the people who run this installation: batches are made by Dagster's daemon, which "
    "`worksights-zoom up` starts; `worksights-zoom status` says what waits."
)


TRIED_AGAIN = (
    "It is tried again when something new arrives and after each update. If it stays here, tell "
    "the people who run this installation: `worksights-zoom status` shows the cause."
)
# What fails for all of an organization: the step's table -> title and first sentences.
WHOLES = {
    "pipeline.settings": (
        "Changes of settings have no effect yet",
        "Users, mappings and features as they are now could not be taken over. Nothing is lost: "
        "until then the earlier ones apply.",
    ),
    "clientsights_raw.email_addresses": (
        "New people and companies are missing",
        "Email addresses that Zoom has sent could not be read. Nothing is lost: they are kept, and "
        "the people and companies known so far stay as they are.",
    ),
}


@dataclass(frozen=True)
class Need:
    """`text` says how to mend it; `since` is shown behind it, in the viewer's zone."""

    title: str
    text: str
    step: Step | None = None
    since: datetime | None = None


def needs_of_connections(
    connections: list[ListedConnection],
    arrivals: list[Arrivals],
    *,
    now: datetime,
    webhooks: str,
) -> list[Need]:
    """Of connections in use: those that fail, and those that Zoom says nothing of."""
    needs = [
        Need(
            f"Zoom account {one.zoom_account_id} needs attention",
            one.status_detail or "Its users could not be imported. Reconnect the account.",
            CONNECTIONS,
        )
        for one in connections
        if one.status == "needs_attention"
    ]
    heard = {one.zoom_account_id: one.last_received_at for one in arrivals}
    for one in connections:
        last = heard.get(one.zoom_account_id)
        if one.zoom_account_id in heard and (last or one.connected_at) < now - QUIET:
            needs.append(
                Need(
                    f"Zoom has sent nothing of account {one.zoom_account_id} for a day",
                    "On a day without meetings and calls that is as it should be. Otherwise look "
                    "in the Zoom Marketplace whether the app's event subscription is on and sends "
                    f"to {webhooks}.",
                    CONNECTIONS,
                    since=last,
                )
            )
    return needs


def needs_of_deliveries(arrivals: list[Arrivals]) -> list[Need]:
    """Those of the last day that were set aside, with the reasons."""
    reasons: dict[str, int] = {}
    for one in arrivals:
        for reason, count in one.quarantined.items():
            reasons[reason] = reasons.get(reason, 0) + count
    if not reasons:
        return []
    listed = "; ".join(f"{reason} ({count:,})" for reason, count in sorted(reasons.items()))
    return [
        Need(
            f"{counted(sum(reasons.values()), 'webhook')} of the last day could not be read",
            f"{listed}. Nothing is lost: they are kept with their reason. The people who run this "
            "installation find them in operations.deliveries.",
        )
    ]


def needs_of_batches(
    batches: Batches,
    connections: list[ListedConnection],
    arrivals: list[Arrivals],
    *,
    now: datetime,
) -> list[Need]:
    """A batch that failed, or that should have come and did not."""
    finished, failed = batches.last_finished_at, batches.last_failed_at
    waiting = [one.waits_since for one in arrivals if one.waits_since is not None]
    oldest = min([one.connected_at for one in connections], default=now)
    if failed and failed > (finished or failed - QUIET):
        return [
            Need(
                "The last batch failed",
                "Nothing is lost: the next one takes up its work. If that fails too, tell the "
                "people who run this installation: Dagster's page shows why.",
                since=failed,
            )
        ]
    if waiting and min(waiting) < now - LATE:
        return [Need("What Zoom has sent waits for a batch", RUNS, since=min(waiting))]
    if (finished or oldest) < now - IDLE:
        return [Need("No batch has run for hours", RUNS, since=finished)]
    return []


def needs_of_audit(audit: JobState) -> list[Need]:
    """Shown until an audit passes: a batch looks at what it touches, so none can show that all is
    right again.
    """
    if audit.failed_since is None:
        return []
    steps = f" Failed: {', '.join(audit.steps)}." if audit.steps else ""
    return [
        Need(
            "The nightly check of all tables did not pass",
            "It found a difference between the tables, or could not look at all of them, so some "
            "of what is shown here may be wrong. Tell the people who run this installation: "
            "`worksights-zoom rebuild --check` lists what differs from what Zoom has sent, and "
            "`worksights-zoom rebuild` corrects it. This stays here until a nightly check "
            f"passes.{steps}",
            since=audit.failed_since,
        )
    ]


def needs_of_failures(
    failures: Sequence[Failures], *, sees_counts: bool, step: Step | None
) -> list[Need]:
    """Of the viewer's organization; `step` leads to the list for those who may see it."""
    needs = []
    for one in failures:
        if one.sessions:
            some = counted(one.sessions, "session") if sees_counts else "Some sessions"
            needs.append(
                Need(
                    f"{some} could not be processed",
                    "Nothing is lost: what Zoom has sent is kept, and the last good entries stay "
                    f"as they are. {TRIED_AGAIN}",
                    step,
                    since=one.sessions_since,
                )
            )
        for whole in one.wholes:
            title, text = WHOLES.get(
                whole,
                (
                    "Some of what is shown is not up to date",
                    f"{whole} could not be brought up to date. Nothing is lost: it stays as it "
                    "was.",
                ),
            )
            needs.append(Need(title, f"{text} {TRIED_AGAIN}", since=one.wholes_since))
    return needs


def needs_of_identity(
    problems: Sequence[str], unreadable: Sequence[UnreadableSetting] = ()
) -> list[Need]:
    """What was set for people and companies and cannot be read. `problems` are sentences;
    `unreadable` are texts that are in force for nothing.
    """
    needs = []
    if problems:
        needs.append(
            Need(
                "Settings of people and companies cannot be read",
                f"{' '.join(problems)} Correct the rows in integration.own_domains, "
                "integration.domain_overrides or integration.identity_settings; the next batch "
                "takes them up.",
            )
        )
    if unreadable:
        shown = [f"“{one.text}” in integration.{one.setting}" for one in unreadable[:SHOWN]]
        more = len(unreadable) - len(shown)
        listed = "; ".join([*shown, *([f"and {more:,} more"] if more else [])])
        needs.append(
            Need(
                f"{counted(len(unreadable), 'setting')} of people and companies "
                f"{'is' if len(unreadable) == 1 else 'are'} in force for nothing",
                f"{listed}. An exclusion is an address or a domain, such as ann@acme.com or "
                "acme.com; own domains and overrides are domains. Correct the rows; the next "
                "batch takes them up.",
            )
        )
    return needs


def needs_of_people(people: People) -> list[Need]:
    """Zoom users whose sessions become no entries because nobody is mapped."""
    if not people.waiting:
        return []
    are = "is" if people.waiting == 1 else "are"
    return [
        Need(
            f"{counted(people.waiting, 'Zoom user')} {are} not mapped",
            f"{counted(people.entries_waiting, 'session')} of theirs could be on a timeline. Map "
            "them from an earlier day on; rooms and shared logins map to “nobody”, and are then "
            "not listed here.",
            UNMAPPED,
        )
    ]
