"""Batches that fail, are late or do not run, and audits that did not pass."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from integration.causes.cause import OpenCause, Reader, Words
from integration.pipeline.arrivals import Batches
from integration.pipeline.job_states import JobState

UPDATES, AUDIT = "updates_late", "audit_failed"
# A batch runs every 20 minutes when there is work; two may be missed.
LATE = timedelta(minutes=45)
# Users are imported every 6 hours, so a batch runs at least that often.
IDLE = timedelta(hours=7)
RUNS = "Updates may have stopped. Contact the team that runs WorkSights."
LOST = "No data is lost, but new sessions are not on timelines yet."
TEXTS = {
    "failed": (
        "The last update failed",
        "The next update continues where it stopped. If that fails too, contact the team that "
        "runs WorkSights.",
    ),
    "waiting": ("Data from Zoom is waiting to be processed", RUNS),
    "idle": ("No update has run for hours", RUNS),
}


def causes_of_updates(
    batches: Batches,
    *,
    waiting_since: datetime | None,
    connected_at: Sequence[datetime],
    now: datetime,
) -> list[OpenCause]:
    """One cause, whatever shows it first. `connected_at` are the starts of the connections in
    use: a new one does not make a batch overdue.
    """
    finished, failed = batches.last_finished_at, batches.failed_since
    if failed is not None:
        return [OpenCause(UPDATES, since=failed, facts={"state": "failed"})]
    if waiting_since is not None and waiting_since < now - LATE:
        return [OpenCause(UPDATES, since=waiting_since, facts={"state": "waiting"})]
    if connected_at and (finished or min(connected_at)) < now - IDLE:
        return [OpenCause(UPDATES, since=finished, facts={"state": "idle"})]
    return []


def causes_of_audit(audit: JobState) -> list[OpenCause]:
    """A failed audit, until one passes. Batches check only affected sessions, so they cannot clear
    the failure.
    """
    return [OpenCause(AUDIT, since=audit.failed_since)] if audit.failed_since else []


def updates_late(one: OpenCause, _reader: Reader) -> Words:
    title, text = TEXTS[one.facts["state"]]
    return Words(title, text, LOST)


def audit_failed(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "The nightly data check did not pass",
        "It found inconsistent data or could not finish. Contact the team that runs WorkSights, "
        "which can compare it with what Zoom sent and correct it. This message stays until a "
        "nightly check passes.",
        "Some of the data shown may be wrong.",
    )
