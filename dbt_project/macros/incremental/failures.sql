{# What could not be derived: the source `derivation`, and the rows that are kept.

   A failed part is retried when it is in a change set again (change_set.sql), and when its table is
   derived in full, such as after a change to the code (materialize_incremental.sql). #}

{# Deletes the failures that were retried in this transaction and did not fail again. #}
{% macro forget_failures(is_whole) -%}
    delete from {{ source('derivation', 'failures') }}
    where model = '{{ table_name(model) }}' and tried_at < now()
        {%- if not is_whole %}
        and scope in (
            select {{ scope_of('tried', news_scope()) }} from pg_temp.all_news as tried
        )
        {%- endif -%}
    ;
{%- endmacro %}

{# For targets other than `live`: the live rows of what failed are copied. #}
{% macro keep_last_good_rows(relation) -%}
    {%- set live = none if is_live() else live_relation(relation) -%}
    {%- set failed_in -%}
        failures.model = any({{ sql_list(tables_above() + [table_name(model)]) }})
    {%- endset -%}
    {%- if live is not none and literal(
        "select exists (select from " ~ source('derivation', 'failures')
        ~ " where " ~ failed_in ~ ")"
    ) -%}
        {%- set common = columns_of(relation) | select('in', columns_of(live)) | list -%}
        {%- do perform(
            "insert into " ~ relation ~ " (" ~ common | join(', ') ~ ") select "
            ~ prefixed('kept', common) ~ " from " ~ live ~ " as kept where exists (select from "
            ~ source('derivation', 'failures') ~ " where " ~ failed_in ~ " and failures.scope @> "
            ~ scope_of('kept', news_scope()) ~ ") on conflict do nothing"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{# The values of the scope's columns, as the table of failures stores them. #}
{% macro scope_of(alias, scope) -%}
    jsonb_build_object(
        {%- for column in scope -%}
        '{{ column }}', {{ alias }}.{{ column }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
