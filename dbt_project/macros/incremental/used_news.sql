{# For int_touched_sessions, as a pre-hook: deletes the rows that every model below it has used. The
   news that the pipeline keeps is deleted by integration/pipeline/used_news.py. #}
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
