"""Deletes what was stored about Zoom users and calls although nothing reads it."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


# The events come first: changing the columns locks the table of users until the migration ends.
# `batch` stays, so the events do not enter a change set: no model reads these fields.
SQL = """
update zoom_raw.events
set fields = fields - array['direction', 'result_reason', 'hangup_result', 'user_type']
where (event like 'phone.%' or event like 'user.%')
    and fields ?| array['direction', 'result_reason', 'hangup_result', 'user_type'];

alter table zoom_raw.users drop column user_type, drop column zoom_created_at;
"""
