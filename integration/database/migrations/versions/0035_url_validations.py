"""When Zoom validated the webhook URL, so that operators hear when it no longer does."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
create table ingress.url_validations (
    validated_at timestamptz not null default now(),
    validation_id bigint generated always as identity primary key
);
create index url_validations_validated on ingress.url_validations (validated_at);

grant insert on ingress.url_validations to receiver;
grant select, delete on ingress.url_validations to pipeline;

-- The page has no access to the schema of the deliveries.
create view integration.last_url_validation as
select max(validated_at) as validated_at from ingress.url_validations;
grant select on integration.last_url_validation to page, pipeline;
"""
