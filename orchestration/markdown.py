"""Tables in the metadata that Dagster shows."""

from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dg.MarkdownMetadataValue:
    """Rows in the order given. Values must not contain a vertical bar."""
    lines = [columns, ["---"] * len(columns), *rows]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(map(str, line))} |" for line in lines))
