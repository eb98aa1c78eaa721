"""Creates the schema from the SQL files that another tool, yoyo, used to apply in order.

On an existing database, only the files that yoyo had not applied are run.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

FILES = Path(__file__).parent.parent / "before"


def upgrade() -> None:
    connection = op.get_bind()
    was_used = connection.exec_driver_sql(
        "select to_regclass('public._yoyo_migration') is not null"
    ).scalar_one()
    applied: set[str] = set()
    if was_used:
        applied.update(
            connection.exec_driver_sql("select migration_id from public._yoyo_migration").scalars()
        )
    for file in sorted(FILES.glob("*.sql")):
        if file.stem not in applied:
            connection.exec_driver_sql(file.read_text())
    connection.exec_driver_sql(DROP_TABLES_OF_YOYO)


DROP_TABLES_OF_YOYO = """
drop table if exists
    public._yoyo_log, public._yoyo_migration, public._yoyo_version, public.yoyo_lock
"""
