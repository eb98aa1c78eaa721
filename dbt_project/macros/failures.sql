{# What could not be derived: pipeline.failures, and the rows that are kept. #}

{# Deletes the failures that were retried in this transaction and did not fail again. #}
{% macro forget_failures(is_whole) -%}
    {%- do run_query(
        "delete from pipeline.failures where model = '" ~ table_name(model) ~ "'"
        ~ " and tried_at < now()"
        ~ ("" if is_whole else " and scope in (select " ~ scope_of('tried', news_scope())
            ~ " from pg_temp.all_news as tried)")
    ) -%}
{%- endmacro %}

{# A rebuild derives next to the live tables: the live rows of what failed are copied to it. #}
{% macro keep_last_good_rows(target) -%}
    {%- set live = adapter.get_relation(
        target.database, target.schema[(var('schema_prefix') | length):], target.identifier
    ) if var('schema_prefix') else none -%}
    {%- set failed_in -%}
        failures.model = any({{ sql_list(tables_above() + [table_name(model)]) }})
    {%- endset -%}
    {%- if live is not none and literal(
        "select exists (select from pipeline.failures where " ~ failed_in ~ ")"
    ) -%}
        {%- set common = columns_of(target) | select('in', columns_of(live)) | list -%}
        {%- do run_query(
            "insert into " ~ target ~ " (" ~ common | join(', ') ~ ") select "
            ~ prefixed('kept', common) ~ " from " ~ live ~ " as kept where exists (select from "
            ~ "pipeline.failures where " ~ failed_in ~ " and failures.scope @> "
            ~ scope_of('kept', news_scope()) ~ ") on conflict do nothing"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{# The values of the scope's columns, as pipeline.failures stores them. #}
{% macro scope_of(alias, scope) -%}
    jsonb_build_object(
        {%- for column in scope -%}
        '{{ column }}', {{ alias }}.{{ column }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
