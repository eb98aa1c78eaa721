"""What operators look at: alive, ready, and numbers without any customer's name."""

from dataclasses import dataclass

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integration.web.receiver.refused import Refused

DISPOSITIONS = ("waiting", "ignored", "quarantined")
REFUSALS = ("signature", "stale", "too_large")
# An insert takes a few milliseconds; Zoom gives up at 3 s.
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)

NOT_READY = (
    "Deliveries cannot be stored. Start the database, free space on its disk, correct "
    "DATABASE_URL, or run worksights-zoom migrate.\n"
)


@dataclass(frozen=True)
class Metrics:
    """The numbers of one app. Known labels start at zero: none yet is not "not counted"."""

    registry: CollectorRegistry
    deliveries: Counter
    refused: Refused
    unavailable: Counter
    seconds: Histogram


def new_metrics() -> Metrics:
    registry = CollectorRegistry()
    refused = Counter(
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
        refused=Refused(refused),
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
    for reason in REFUSALS:
        refused.labels(reason)
    return metrics


async def healthz(_request: Request) -> Response:
    """GET /healthz: the process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """GET /readyz: 200 when a delivery could be committed now, else 503 and what to do."""
    ready = await request.state.readiness.is_ready(request.state.pool)
    return PlainTextResponse("ready\n") if ready else PlainTextResponse(NOT_READY, status_code=503)


async def show_metrics(request: Request) -> Response:
    """GET /metrics: Prometheus text."""
    return Response(
        generate_latest(request.state.metrics.registry),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )
