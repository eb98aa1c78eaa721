"""What the page needs to change the rules for people and companies."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- A row that only names a company: an override for its domain would also move the addresses at it
-- that a list keeps apart, such as those of a marketplace's relay below the marketplace's domain.
alter table integration.domain_overrides add column names_only boolean not null default false;

-- A preview applies a change and compares, so the texts of the change must be cleaned at once.
grant insert on pipeline.cleaned_texts to page;
"""
