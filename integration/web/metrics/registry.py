"""The registry of a process's own metrics."""

import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from integration.database.schema_version import known_schemas


def new_registry(home: Path) -> CollectorRegistry:
    """With what every process shows: itself, its release, and the disk of its home."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the series
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_OfProcess(home))
    return registry


class _OfProcess(Collector):
    def __init__(self, home: Path) -> None:
        self._home = home

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "zoom_build",
            "The release of this process, and the database schema that it needs",
            value={"version": version("worksights-zoom"), "schema": known_schemas()[-1]},
        )
        try:
            disk = shutil.disk_usage(self._home)
        except OSError:  # a home that does not exist yet
            return
        yield GaugeMetricFamily(
            "zoom_home_free_bytes",
            "Free space, for this process, on the disk of WORKSIGHTS_ZOOM_HOME",
            value=disk.free,
        )
        yield GaugeMetricFamily(
            "zoom_home_size_bytes", "Size of the disk of WORKSIGHTS_ZOOM_HOME", value=disk.total
        )
