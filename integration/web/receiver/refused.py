"""Counts rejected requests, and logs their number at most once a minute.

Anyone can send such requests, so a line for each of them would let strangers fill the disk.
"""

import logging
from collections import Counter
from time import monotonic

from prometheus_client import Counter as Metric

SECONDS_BETWEEN_LINES = 60.0

logger = logging.getLogger(__name__)


class RejectedRequests:
    """The requests that one app has rejected, by reason."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._unlogged: Counter[str] = Counter()
        self._logged_at = -SECONDS_BETWEEN_LINES

    def count(self, reason: str) -> None:
        """Counts one request. Only the metric and the log contain the reason, not the response."""
        self._metric.labels(reason).inc()
        self._unlogged[reason] += 1
        if monotonic() - self._logged_at >= SECONDS_BETWEEN_LINES:
            counts = ", ".join(f"{count} {name}" for name, count in sorted(self._unlogged.items()))
            logger.warning("requests rejected since the last line: %s", counts)
            self._unlogged.clear()
            self._logged_at = monotonic()
