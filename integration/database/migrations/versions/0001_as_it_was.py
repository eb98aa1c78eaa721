"""The schema as plain SQL files had made it, which were run in order by another tool.

A database that has had some of them gets the others.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

FILES = Path(__file__).parent.parent / "before"


def upgrade() -> None:
    connection = op.get_bind()
    was_there = connection.exec_driver_sql(
        "select to_regclass('public._yoyo_migration') is not null"
    ).scalar_one()
    applied: set[str] = set()
    if was_there:
        applied.update(
            connection.exec_driver_sql("select migration_id from public._yoyo_migration").scalars()
        )
    for file in sorted(FILES.glob("*.sql")):
        if file.stem not in applied:
            connection.exec_driver_sql(file.read_text())
    connection.exec_driver_sql(FORGET_THE_OTHER_TOOL)


FORGET_THE_OTHER_TOOL = """
drop table if exists
    public._yoyo_log, public._yoyo_migration, public._yoyo_version, public.yoyo_lock
"""
