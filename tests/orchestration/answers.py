"""The results of schedules and sensors, as text."""

from typing import Any

from tests.pipeline.installation import definitions


def installed() -> dict[str, Any]:
    return {"installation": definitions().resources["installation"]}


def in_words(result: Any) -> str:
    import dagster as dg

    if isinstance(result, dg.SkipReason):
        return f"skipped: {result.skip_message}"
    return f"run: {result.tags['worksights/because']}"
