"""Deletes the news that every derived table has used: which settings and addresses have changed,
and which sessions were deleted.

New events are kept. Sessions that are looked at again are deleted by dbt (`delete_used_news` in
dbt_project/macros/incremental).
"""

import psycopg


def delete_used_news(connection: psycopg.Connection, *, finished: int) -> None:
    """Deletes the news of the batches up to `finished`, the last one that all tables have
    processed.
    """
    connection.execute("delete from pipeline.setting_changes where batch <= %s", [finished])
    connection.execute("delete from pipeline.changed_periods where batch <= %s", [finished])
    connection.execute("delete from pipeline.deleted_sessions where batch <= %s", [finished])
