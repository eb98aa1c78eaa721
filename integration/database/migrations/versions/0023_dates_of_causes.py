"""The date in a cause's facts is no text of a reader's language."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
update integration.causes
set facts = facts || jsonb_build_object('due', to_date(facts ->> 'due', 'DD Month YYYY'))
where cause = 'app_removed';
"""
