"""The routes for monitoring: liveness, readiness, and metrics without customers' names."""

from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integration.web.gauges import gauges
from integration.web.receiver.refused import RejectedRequests

DISPOSITIONS = ("waiting", "ignored", "quarantined")
REJECTIONS = ("signature", "stale", "too_large")
# An insert takes a few milliseconds; Zoom gives up at 3 s.
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)

NOT_READY = (
    "Deliveries cannot be stored. Start the database, free space on its disk, correct "
    "DATABASE_URL, or run worksights-zoom migrate.\n"
)


@dataclass(frozen=True)
class Metrics:
    """The metrics of one app. All labels start at zero, so that none is missing before its first
    event.
    """

    registry: CollectorRegistry
    deliveries: Counter
    rejected: RejectedRequests
    unavailable: Counter
    seconds: Histogram


def new_metrics() -> Metrics:
    registry = CollectorRegistry()
    rejected = Counter(
        "zoom_deliveries_refused", "Requests rejected, by reason", ["reason"], registry=registry
    )
    metrics = Metrics(
        registry=registry,
        deliveries=Counter(
            "zoom_deliveries",
            "Deliveries stored, by disposition",
            ["disposition"],
            registry=registry,
        ),
        rejected=RejectedRequests(rejected),
        unavailable=Counter(
            "zoom_deliveries_unavailable",
            "Deliveries answered with 503 because the database could not store them",
            registry=registry,
        ),
        seconds=Histogram(
            "zoom_receiver_seconds",
            "Time from request to response",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        ),
    )
    for disposition in DISPOSITIONS:
        metrics.deliveries.labels(disposition)
    for reason in REJECTIONS:
        rejected.labels(reason)
    return metrics


async def healthz(_request: Request) -> Response:
    """GET /healthz: 200 while the process is alive."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """GET /readyz: 200 if a delivery could be committed now, else 503 with the next step."""
    ready = await request.state.readiness.is_ready(request.state.pool)
    return PlainTextResponse("ready\n") if ready else PlainTextResponse(NOT_READY, status_code=503)


async def show_metrics(request: Request) -> Response:
    """GET /metrics: the metrics of the process and the figures of the database, in Prometheus' text
    format.
    """
    figures = await run_in_threadpool(gauges, request.state.page.pool, now=datetime.now(UTC))
    return Response(
        generate_latest(request.state.metrics.registry) + figures,
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )
