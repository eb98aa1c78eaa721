"""`python -m orchestration.rebuild [--check]`: derives every table again, beside the live ones, and
takes over what differs.

Readers see the old tables until the difference is written in one transaction.
"""

import sys

from integration.settings import read_settings
from integration.store.batches import only_writer
from integration.store.postgres import database_url
from integration.store.rebuild import Difference, drop_rebuilt, find_difference, take_over
from orchestration.derive import PREFIX, DerivationFailed, derive_beside


def rebuild(*, check: bool) -> bool:
    """Prints what differs per table; takes it over unless `check`. False when dbt failed."""
    settings = read_settings()
    url = database_url(settings)
    with only_writer(
        url, on_wait=lambda: say("Waiting for the batch that is running…")
    ) as connection:
        say("Deriving every table again, beside the live ones…")
        try:
            tables = derive_beside(connection, settings, url)
        except DerivationFailed as failure:
            say(str(failure))
            return False
        differences = [find_difference(connection, table, PREFIX) for table in tables]
        for difference in differences:
            say(_in_words(difference))
        if not check:
            take_over(connection, tables, PREFIX)
            say(
                f"{sum(d.rows for d in differences)} rows were changed."
                if any(d.rows for d in differences)
                else "Nothing changed."
            )
        drop_rebuilt(connection, PREFIX)
    return True


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
