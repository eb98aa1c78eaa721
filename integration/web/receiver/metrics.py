"""What the receiver counts for `/metrics`. It names no customer."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram

from integration.web.receiver.refused import RejectedRequests

DISPOSITIONS = ("waiting", "ignored", "quarantined")
REJECTIONS = ("signature", "stale", "too_large")
# An insert takes a few milliseconds; Zoom gives up at 3 s.
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)


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


def new_metrics(registry: CollectorRegistry) -> Metrics:
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
