"""Requests that are refused: each is counted, and once a minute a line says how many there were.

Anybody may send what is refused, so a line for each would let strangers fill the disk.
"""

import logging
from collections import Counter
from time import monotonic

from prometheus_client import Counter as Metric

SECONDS_BETWEEN_LINES = 60.0

logger = logging.getLogger(__name__)


class Refused:
    """The requests that one app has refused, by reason."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._unsaid: Counter[str] = Counter()
        self._said_at = -SECONDS_BETWEEN_LINES

    def note(self, reason: str) -> None:
        """Which reason it was is nobody's business but ours: the answer does not tell."""
        self._metric.labels(reason).inc()
        self._unsaid[reason] += 1
        if monotonic() - self._said_at >= SECONDS_BETWEEN_LINES:
            counts = ", ".join(f"{count} {name}" for name, count in sorted(self._unsaid.items()))
            logger.warning("requests rejected since the last line: %s", counts)
            self._unsaid.clear()
            self._said_at = monotonic()
