"""Deletes the change sets that every derived table has used: the settings and addresses that have
changed, and the sessions that were deleted.

New events are kept. Sessions to re-derive are deleted by dbt (`delete_used_news` in
dbt_project/macros/incremental).
"""

import psycopg


def delete_used_news(connection: psycopg.Connection, *, finished: int) -> None:
    """Deletes the change sets of the batches up to `finished`, the last one that all tables have
    processed.
    """
    connection.execute("delete from pipeline.setting_changes where batch <= %s", [finished])
    connection.execute("delete from pipeline.changed_periods where batch <= %s", [finished])
    connection.execute("delete from pipeline.deleted_sessions where batch <= %s", [finished])
