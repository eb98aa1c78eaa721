{# For int_touched_sessions, as a pre-hook: deletes the rows that every downstream model has
   processed. The pipeline's own change sets are deleted by integration/pipeline/used_news.py. #}
{% macro delete_used_news() -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where batch <= (
        select min(coalesce(progress.batch, -1))
        from unnest({{ sql_list(tables_below()) }}) as reader
        left join {{ source('pipeline', 'progress') }} on progress.model = reader
    )
    {%- endif -%}
{%- endmacro %}
