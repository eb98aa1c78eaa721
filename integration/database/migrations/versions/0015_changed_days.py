"""The days of users whose entries change in a batch are derived again, too."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- What has to be summed again: a person's, company's or relationship's month, or a user's day.
alter table pipeline.changed_months rename to changed_periods;
alter index pipeline.changed_months_batch rename to changed_periods_batch;
alter table pipeline.changed_periods
    alter column person_id drop not null,
    alter column month drop not null,
    add column day date;
"""
