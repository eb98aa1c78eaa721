"""The schedule and the sensors, evaluated over one installation."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.orchestration.answers import in_words, installed
from tests.orchestration.scheduled import NOW
from tests.pipeline.installation import Installation, definitions


@pytest.fixture
def instance() -> Iterator[Any]:
    """A schedule reopens its instance, which an ephemeral one does not allow."""
    import dagster as dg

    with dg.instance_for_test() as temporary:
        yield temporary


@pytest.fixture
def tick(installation: Installation, instance: Any) -> Callable[[], Any]:  # noqa: ARG001 - its environment
    """Evaluates the schedule and returns the reason for a run, or why there is none."""
    import dagster as dg

    def evaluate() -> str:
        context = dg.build_schedule_context(
            instance=instance, resources=installed(), scheduled_execution_time=NOW
        )
        return in_words(definitions().resolve_schedule_def("every_20_minutes")(context))

    return evaluate


@pytest.fixture
def look(installation: Installation, instance: Any) -> Callable[[str], Any]:  # noqa: ARG001 - its environment
    """Evaluates a sensor in the same way."""
    import dagster as dg

    def evaluate(sensor: str) -> str:
        context = dg.build_sensor_context(
            instance=instance, resources=installed(), definitions=definitions()
        )
        return in_words(definitions().resolve_sensor_def(sensor)(context))

    return evaluate
