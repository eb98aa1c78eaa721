{#
    How far the pipeline and each model have come.

    A model's progress is the last batch whose news it has used, and never later than that of what
    it is derived from: a run of a single model, or one that failed before, must not claim what is
    still to come. No progress means that the table is to be derived from everything.

    Batch numbers and times stand in the SQL as literals: as a subquery they make the planner scan
    the whole history.
#}

{# The last batch this model has taken up, -1 before its first. #}
{% macro progress() -%}
    {{ return(state().progress if execute else -1) }}
{%- endmacro %}

{# The time that the last batch this model has taken up took for now. #}
{% macro time_of_progress() -%}
    {%- set query = "select coalesce(max(as_of), 'epoch') from pipeline.batches where batch <= " -%}
    timestamptz '{{ literal(query ~ progress(), "epoch") }}'
{%- endmacro %}

{# The latest batch of which everything is landed. #}
{% macro current_batch() -%}
    {{ return(state().current_batch if execute else 0) }}
{%- endmacro %}

{# The latest time that a batch took for now, so that a rebuild infers the same ends. #}
{% macro batch_time() -%}
    timestamptz '{{ state().batch_time if execute else "epoch" }}'
{%- endmacro %}

{# The last batch that everything this model reads has taken up. #}
{% macro reached_by_parents() -%}
    {{ return(state().reached) }}
{%- endmacro %}

{# What these macros ask, in one statement per model: each is a round trip in every batch. #}
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
            select coalesce(max(progress.batch), -1) from pipeline.progress
            where progress.model = '{{ this.schema }}.{{ this.identifier }}'
        ) as progress,
        (
            select least(batches.current_batch, min(coalesce(progress.batch, -1)))
            from unnest({{ sql_list(tables_above(nearest=true)) }}) as parent
            left join pipeline.progress on progress.model = parent
        ) as reached,
        batches.batch_time
    from (
        select
            coalesce(max(batch) filter (where landed_at is not null), 0) as current_batch,
            coalesce(max(as_of), 'epoch') as batch_time
        from pipeline.batches
    ) as batches
{%- endmacro %}

{% macro literal(query, when_parsing) -%}
    {%- if execute -%}
        {{ return(run_query(query).columns[0].values()[0]) }}
    {%- else -%}
        {{ return(when_parsing) }}
    {%- endif -%}
{%- endmacro %}

{# In the transaction that writes the model: how far it has come, and with which code. What is
   derived from a table that was derived anew is to be derived anew, too. A model that finds its
   news itself does not go on while a part of it fails: it would find them no more. #}
{% macro note_progress(target, reached, is_whole) -%}
    {%- set name = table_name(model) -%}
    {%- set stays = news_kind() == 'organizations' and literal(
        "select exists (select from pipeline.failures where model = '" ~ name ~ "')"
    ) -%}
    {%- if is_whole -%}
        {%- do run_query(
            "delete from pipeline.progress where model = any(" ~ sql_list(tables_below()) ~ ");"
            ~ "analyze " ~ target
        ) -%}
    {%- endif -%}
    {%- if reached < 0 -%}
        {%- do run_query("delete from pipeline.progress where model = '" ~ name ~ "'") -%}
    {%- elif not stays -%}
        {%- do run_query(
            "select pipeline.analyze_grown(array['" ~ target ~ "'::regclass]);"
            ~ "insert into pipeline.progress "
            ~ "(model, batch, fingerprint, rows_inserted, rows_deleted) values ('"
            ~ name ~ "', " ~ reached ~ ", (select fingerprint from "
            ~ "pipeline.model_code where model = '"
            ~ name[(var('schema_prefix') | length):] ~ "'), "
            ~ "nullif(current_setting('pipeline.rows_inserted', true), '')::bigint, "
            ~ "nullif(current_setting('pipeline.rows_deleted', true), '')::bigint) "
            ~ "on conflict (model) do update set batch = excluded.batch, "
            ~ "fingerprint = excluded.fingerprint, rows_inserted = excluded.rows_inserted, "
            ~ "rows_deleted = excluded.rows_deleted"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{# Of int_touched_sessions: what every model that reads it has taken up is no news any more. #}
{% macro forget_old_news() -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where batch <= (
        select min(coalesce(progress.batch, -1))
        from unnest({{ sql_list(tables_below()) }}) as reader
        left join pipeline.progress on progress.model = reader
    )
    {%- endif -%}
{%- endmacro %}
