"""The registry of a process's own metrics."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from integration.causes.disk import disk_of
from integration.database.schema_version import known_schemas


def new_registry(home: Path) -> CollectorRegistry:
    """With the metrics of every process: CPU and memory, its release, and the disk of its home."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the number of series
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
            "Release of this process, and the database schema that it needs",
            value={"version": version("worksights-zoom"), "schema": known_schemas()[-1]},
        )
        disk = disk_of(self._home)
        if disk is None:
            return
        yield GaugeMetricFamily(
            "zoom_home_free_bytes",
            "Space on the disk of WORKSIGHTS_ZOOM_HOME that this process can still use",
            value=disk.free,
        )
        yield GaugeMetricFamily(
            "zoom_home_size_bytes", "Size of the disk of WORKSIGHTS_ZOOM_HOME", value=disk.size
        )
        yield GaugeMetricFamily(
            "zoom_home_nearly_full",
            "1 if less than 10 percent and less than 5 GB are free on this disk, else 0",
            value=disk.is_nearly_full,
        )
