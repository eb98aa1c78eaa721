"""Renames int_identified_legs to int_participant_legs, so that its rows and watermark are kept."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table if exists intermediate.int_identified_legs rename to int_participant_legs;

update pipeline.progress set model = 'intermediate.int_participant_legs'
where model = 'intermediate.int_identified_legs';

update pipeline.failures set model = 'intermediate.int_participant_legs'
where model = 'intermediate.int_identified_legs';

update pipeline.model_code set model = 'intermediate.int_participant_legs'
where model = 'intermediate.int_identified_legs';
"""
