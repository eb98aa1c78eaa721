"""A manual mapping can end: from then on, the mapping follows the email again."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- Without a user, such a row is not "nobody": no manual mapping is effective from then on.
alter table integration.mapping_changes
    add column is_by_email boolean not null default false,
    add constraint mapping_changes_by_email check (not is_by_email or user_id is null);

-- `user_id` is then who has the Zoom user's email, and would get the entries.
alter table integration.mapping_requests add column is_by_email boolean not null default false;
"""
