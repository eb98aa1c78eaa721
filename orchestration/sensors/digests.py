"""Sends the Monday digest, and retries what the mail server did not accept."""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.notify.digest import send_digests
from integration.notify.digest_due import DIGEST, digests_due
from integration.notify.server import mail_server
from integration.notify.waiting import waits
from integration.quantities import quantity
from orchestration.automation import is_running
from orchestration.resources import LIMIT_TAG, Installation

LIMIT_SECONDS = 3600


@dg.op
def send_due_digests(context: dg.OpExecutionContext, installation: Installation) -> None:
    """Prepares and sends the digests that are due."""
    prepared, sent = send_digests(
        installation.settings(),
        installation.database_url(),
        clock=lambda: datetime.now(UTC),
    )
    context.log.info(f"{quantity(prepared, 'digest')} prepared, {quantity(sent, 'email')} sent")


# Not a writer: a digest does not wait for a batch, and a slow mail server does not hold one up.
@dg.job(
    tags={LIMIT_TAG: str(LIMIT_SECONDS)},
    description="Sends last week's figures to everyone who subscribed to the digest.",
)
def send_monday_digests() -> None:
    send_due_digests()


@dg.sensor(
    job_name=send_monday_digests.name,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Starts send_monday_digests when it is 7:00 on Monday for someone who asked for "
        "the digest, and when one has to be retried."
    ),
)
def digests(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    if mail_server(installation.settings()) is None:
        return dg.SkipReason("SMTP_URL is not set, so no digests are sent.")
    if is_running(context.instance, send_monday_digests.name):
        return dg.SkipReason("Digests are being sent.")
    now = datetime.now(UTC)
    with connect(installation.database_url(), role="pipeline") as connection:
        due = digests_due(connection, now=now)
        is_waiting = waits(connection, kinds=[DIGEST], now=now)
    if not due and not is_waiting:
        return dg.SkipReason("No digest is due.")
    because = f"{quantity(len(due), 'digest')} due" if due else "a digest is waiting to be retried"
    return dg.RunRequest(tags={"worksights/because": because})
