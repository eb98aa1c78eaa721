"""Rebuilds every table next to the live ones and writes the differences to the live ones.

Readers see the old rows until the differences are written in one transaction.
"""

from collections.abc import Callable

import psycopg

from integration.pipeline.comparison import Difference, apply_rebuilt, drop_rebuilt, find_difference
from integration.pipeline.derive import PREFIX, derive_copies, derive_stale
from integration.pipeline.failed_sessions import count_failures
from integration.pipeline.writer import only_writer
from integration.quantities import quantity
from integration.settings import Settings

Say = Callable[[str], None]


def rebuild(settings: Settings, url: str, *, check: bool, say: Say) -> None:
    """Reports the differences per table, and writes them unless `check`.

    After DerivationFailed, the live tables are unchanged, or contain what the next batch would have
    written.
    """
    with only_writer(url, say=say) as connection:
        written = 0 if check else _derive_with_new_code(connection, settings, url, say)
        say("Rebuilding all tables next to the live ones…")
        tables = derive_copies(connection, settings, url)
        differences = [find_difference(connection, table, PREFIX) for table in tables]
        for difference in differences:
            say(_describe(difference, check=check))
        if check:
            say("Nothing was changed.")
        else:
            apply_rebuilt(connection, tables, PREFIX)
            written += sum(difference.rows for difference in differences)
            say(f"{quantity(written, 'row')} changed." if written else "No rows changed.")
            failed = count_failures(connection)
            if failed:
                say(
                    f"Could not be derived: {quantity(failed, 'part')} (sessions, people, "
                    "relationships or whole steps). The previous rows are kept. To see them, run: "
                    "worksights-zoom status"
                )
        drop_rebuilt(connection, PREFIX)


def _derive_with_new_code(
    connection: psycopg.Connection, settings: Settings, url: str, say: Say
) -> int:
    """Derives the tables with changed code or columns in place, as the next batch would. Returns
    how many rows changed.
    """
    stale = derive_stale(connection, settings, url)
    for table, rows in stale.items():
        say(f"{table}: {quantity(rows, 'row')} changed by new code")
    return sum(stale.values())


def _describe(difference: Difference, *, check: bool) -> str:
    name = f"{difference.table.schema}.{difference.table.name}"
    if not difference.rows:
        return f"{name}: {'no differences' if check else 'no changes'}"
    sample = f" (for example {difference.sample})" if difference.sample else ""
    live, rebuilt = quantity(difference.only_live, "row"), f"{difference.only_rebuilt:,}"
    if check:
        return f"{name}: {live} only in the live table, {rebuilt} only in the rebuilt one{sample}"
    return f"{name}: {live} removed, {rebuilt} added{sample}"
