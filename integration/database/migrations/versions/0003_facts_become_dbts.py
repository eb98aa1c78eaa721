"""Gives the rules that views and functions of earlier migrations contained to dbt, which creates
them in the schema `facts` right after the migrations (integration/pipeline/migrate.py).
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


# The functions are not dropped, because views of the marts use them: dbt replaces them in place.
SQL = """
drop view pipeline.setting_differences;
drop function pipeline.setting_differences_of(text[]);
drop view
    pipeline.settings_now, pipeline.account_times_now, pipeline.zoom_user_facts_now,
    pipeline.zoom_user_texts_now, pipeline.zoom_user_activity_now, pipeline.zoom_user_observations,
    pipeline.phone_user_facts_now, pipeline.user_facts_now, pipeline.mappings_now,
    pipeline.switches_now, pipeline.exclusions_now, pipeline.identity_facts_now,
    pipeline.unreadable_settings, pipeline.overrides_in_force, pipeline.cleaned_domains;

create schema facts authorization pipeline;
grant usage on schema facts to page;

alter function clientsights.minutes_at(double precision, timestamptz) owner to pipeline;
alter function clientsights.strength_at(double precision, timestamptz) owner to pipeline;
alter function clientsights.grade_of(numeric) owner to pipeline;

-- Facts are built by `migrate`, other views by batches: each kind has the state it was built from.
alter table pipeline.built_views
    drop column is_one,
    add column kind text not null default 'views' primary key;
alter table pipeline.built_views alter column kind drop default;
"""
