{#
    The watermarks of the pipeline and of each model, in pipeline.progress.

    A model's watermark is the highest batch it has processed, and never higher than those of its
    upstream models: after a run of a single model, or after a failed run, it must not cover data
    that has not reached the model yet. A table without a watermark is derived in full.

    Batch numbers and times are literals in the SQL: as a subquery they make the planner scan the
    whole history.

    Every table reads and writes these, so they are not dependencies of any: `source` is called only
    while dbt executes.
#}

{# This model's watermark; -1 before its first batch, and always for tables other than the
   live ones. #}
{% macro progress() -%}
    {{ return(state().progress if execute and is_live() else -1) }}
{%- endmacro %}

{# The time that the batch of this model's watermark ran as of. #}
{% macro time_of_progress() -%}
    {%- if execute -%}
    {%- set query -%}
        select coalesce(max(as_of), 'epoch') from {{ source('pipeline', 'batches') }}
        where batch <= {{ progress() }}
    {%- endset -%}
    timestamptz '{{ literal(query) }}'
    {%- else -%}
    timestamptz 'epoch'
    {%- endif -%}
{%- endmacro %}

{# The latest batch that has landed everything. #}
{% macro current_batch() -%}
    {{ return(state().current_batch if execute else 0) }}
{%- endmacro %}

{# The latest time that a batch ran as of, so that a rebuild infers the same ends. #}
{% macro batch_time() -%}
    timestamptz '{{ state().batch_time if execute else "epoch" }}'
{%- endmacro %}

{# The lowest watermark of what this model reads. #}
{% macro reached_by_parents() -%}
    {{ return(state().reached) }}
{%- endmacro %}

{# The values that these macros need, in one query per model: each query is a round trip. #}
{% macro state() -%}
    {%- if 'state' not in model -%}
        {%- set asked = run_query(_state_query()) -%}
        {%- do model.update({'state': asked.rows[0]}) -%}
    {%- endif -%}
    {{ return(model.state) }}
{%- endmacro %}

{% macro _state_query() -%}
    select
        batches.current_batch,
        (
            select coalesce(max(progress.batch), -1) from {{ source('pipeline', 'progress') }}
            where progress.model = '{{ this.schema }}.{{ this.identifier }}'
        ) as progress,
        (
            select least(batches.current_batch, min(coalesce(progress.batch, -1)))
            from unnest({{ sql_list(tables_above(nearest=true)) }}) as parent
            left join {{ source('pipeline', 'progress') }} on progress.model = parent
        ) as reached,
        batches.batch_time
    from (
        select
            coalesce(max(batch) filter (where landed_at is not null), 0) as current_batch,
            coalesce(max(as_of), 'epoch') as batch_time
        from {{ source('pipeline', 'batches') }}
    ) as batches
{%- endmacro %}

{# The single value that a query returns. #}
{% macro literal(query) -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{%- endmacro %}

{# Executes what returns nothing, and returns the number of rows. `run_query` would look for the
   types of the result, which takes 3 ms. #}
{% macro perform(sql) -%}
    {%- call statement('performed', auto_begin=false) -%}{{ sql }}{%- endcall -%}
    {{ return(load_result('performed').response.rows_affected) }}
{%- endmacro %}

{# Statements for the block of derive_in_parts.sql: record the watermark and the code fingerprint of
   a live table in the transaction that writes it. After a full derivation the downstream tables
   lose their watermarks, so that they are derived in full too. The watermark of a model that builds
   its change set itself does not advance while a part of it fails: the model would not find that
   part again. #}
{% macro note_progress(target, is_whole) -%}
    {%- set name = table_name(model) -%}
    {%- set watermarks = source('pipeline', 'progress') -%}
    {%- set reached = reached_by_parents() | int -%}
    {%- if is_whole %}
    analyze {{ target }};
    {%- endif %}
    {%- if is_live() and is_whole %}
    delete from {{ watermarks }} where model = any({{ sql_list(tables_below()) }});
    {%- endif %}
    {%- if is_live() and reached < 0 %}
    delete from {{ watermarks }} where model = '{{ name }}';
    {%- elif is_live() %}
    perform pipeline.analyze_grown(array['{{ target }}'::regclass]);
    insert into {{ watermarks }} as progress
        (model, batch, fingerprint, rows_inserted, rows_deleted)
    select
        '{{ name }}', {{ reached }},
        (select fingerprint from {{ source('pipeline', 'model_code') }} where model = '{{ name }}'),
        inserted, deleted
    {%- if news_kind() == 'organizations' %}
    where not exists (
        select from {{ source('derivation', 'failures') }} where model = '{{ name }}'
    )
    {%- endif %}
    on conflict (model) do update
    set batch = excluded.batch, fingerprint = excluded.fingerprint,
        rows_inserted = excluded.rows_inserted, rows_deleted = excluded.rows_deleted;
    {%- endif %}
{%- endmacro %}
