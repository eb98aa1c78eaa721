{#
    How far the pipeline and each model have come.

    Batch numbers and times stand in the SQL as literals: as a subquery they make the planner scan
    the whole history.
#}

{# The last batch this model has taken up. #}
{% macro progress() -%}
    {%- set query = "select coalesce(max(batch), -1) from pipeline.progress where model = " -%}
    {{ literal(query ~ "'" ~ this.schema ~ "." ~ this.identifier ~ "'", -1) }}
{%- endmacro %}

{# The time that the last batch this model has taken up took for now. #}
{% macro time_of_progress() -%}
    {%- set query = "select coalesce(max(as_of), 'epoch') from pipeline.batches where batch <= " -%}
    timestamptz '{{ literal(query ~ progress(), "epoch") }}'
{%- endmacro %}

{# The latest batch of which everything is landed. #}
{% macro current_batch() -%}
    {%- set query = "select coalesce(max(batch), 0) from pipeline.batches" -%}
    {{ literal(query ~ " where landed_at is not null", 0) }}
{%- endmacro %}

{# The latest time that a batch took for now, so that a rebuild infers the same ends. #}
{% macro batch_time() -%}
    {%- set query = "select coalesce(max(as_of), 'epoch') from pipeline.batches" -%}
    timestamptz '{{ literal(query, "epoch") }}'
{%- endmacro %}

{% macro literal(query, when_parsing) -%}
    {%- if execute -%}
        {{ run_query(query).columns[0].values()[0] }}
    {%- else -%}
        {{ when_parsing }}
    {%- endif -%}
{%- endmacro %}

{# In the transaction that writes the model: it has come this far. A table just built is analyzed,
   because without statistics the planner reads it whole (measured: 619 ms instead of 66 at 4
   million events). #}
{% macro note_progress() -%}
    {%- if config.get('materialized') == 'incremental' -%}
    insert into pipeline.progress (model, batch)
    values ('{{ this.schema }}.{{ this.identifier }}', {{ current_batch() }})
    on conflict (model) do update set batch = excluded.batch;
    {% if not is_incremental() %}analyze {{ this }};{% endif %}
    {%- endif -%}
{%- endmacro %}

{# Of int_touched_sessions: what every other model has taken up is no news any more. #}
{% macro forget_old_news() -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where batch <= (
        select min(batch) from pipeline.progress
        where model <> '{{ this.schema }}.{{ this.identifier }}'
    )
    {%- endif -%}
{%- endmacro %}
