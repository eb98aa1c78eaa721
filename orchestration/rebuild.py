"""`python -m orchestration.rebuild [--check]`: derives every table again, beside the live ones, and
takes over what differs.

Readers see the old tables until the difference is written in one transaction.
"""

import sys

import psycopg

from integration.database.postgres import database_url
from integration.pipeline.comparison import Difference, drop_rebuilt, find_difference, take_over
from integration.pipeline.derivation import count_failures
from integration.pipeline.writer import only_writer
from integration.settings import Settings, read_settings
from orchestration.derive import PREFIX, DerivationFailed, derive_beside, derive_stale


def rebuild(*, check: bool) -> bool:
    """Prints what differs per table; takes it over unless `check`. False when dbt failed."""
    settings = read_settings()
    url = database_url(settings)
    with only_writer(
        url, on_wait=lambda: say("Waiting for the batch that is running…")
    ) as connection:
        try:
            written = 0 if check else _derive_with_new_code(connection, settings, url)
            say("Deriving every table again, beside the live ones…")
            tables = derive_beside(connection, settings, url)
        except DerivationFailed as failure:
            say(str(failure))
            return False
        differences = [find_difference(connection, table, PREFIX) for table in tables]
        for difference in differences:
            say(_in_words(difference))
        if not check:
            take_over(connection, tables, PREFIX)
            written += sum(difference.rows for difference in differences)
            say(f"{written} rows were changed." if written else "Nothing changed.")
            failed = count_failures(connection)
            if failed:
                say(f"{failed} could not be derived and stay as they were: worksights-zoom status")
        drop_rebuilt(connection, PREFIX)
    return True


def _derive_with_new_code(connection: psycopg.Connection, settings: Settings, url: str) -> int:
    """Derives in place what was derived with other code or columns, as the next batch would do;
    how many rows that changed.
    """
    stale = derive_stale(connection, settings, url)
    for table, rows in stale.items():
        say(f"{table}: derived with its new code, {rows} rows")
    return sum(stale.values())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _in_words(difference: Difference) -> str:
    name = f"{difference.table.schema}.{difference.table.name}"
    if not difference.rows:
        return f"{name}: the same"
    sample = f" (for example {difference.sample})" if difference.sample else ""
    return f"{name}: {difference.only_live} rows go, {difference.only_rebuilt} come{sample}"


if __name__ == "__main__":
    sys.exit(0 if rebuild(check="--check" in sys.argv[1:]) else 1)
