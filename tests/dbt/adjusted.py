"""Run as a script, this is dbt's command line with what the product changes in dbt for a batch."""

import gc

from integration.pipeline.dbt.adjustments import (
    use_one_session,
    without_unread_messages,
    without_unused_searches,
)

if __name__ == "__main__":
    gc.set_threshold(50_000)  # as in tests/conftest.py
    use_one_session()
    without_unread_messages(())
    without_unused_searches()

    from dbt.cli.main import cli

    cli()
