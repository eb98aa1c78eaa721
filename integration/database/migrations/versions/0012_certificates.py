"""What the certificate of an erasure says. Earlier erasures have none of it."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table integration.erasures
    add column asked_by text,  -- command:LOGIN, or the job that erases accounts
    add column asked_at timestamptz,
    add column done_at timestamptz,  -- null: the tables were not updated, or nothing was verified
    add column columns_searched integer,
    add column values_left integer,
    add column topics_left integer,  -- topics that mention the person and await a decision
    add column backups_until date;  -- when the last backup with the erased data is deleted
"""
