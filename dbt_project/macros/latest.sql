{#
    The latest of several values (contract, 5.4, rule 1): by own time, then a leave before a join,
    then the greatest text. A value keeps its recency, so that each later step can compare the
    values that earlier steps filled in.
#}

{# One number for "by own time, then a leave before a join": microseconds, doubled, plus one for a
   leave. Times are limited to three centuries, so that the number never overflows. Values of the
   API come before all others, because those of webhooks take precedence (contract, 5.16). #}
{% macro recency(occurred_at, is_leave, is_from_api) -%}
    (
        extract(epoch from greatest(
            timestamptz '1900-01-01 00:00:00+00',
            least({{ occurred_at }}, timestamptz '2200-01-01 00:00:00+00')
        )) * 1000000
    )::bigint * 2 + {{ is_leave }}::integer
    - coalesce({{ is_from_api }}, false)::integer * 100000000000000000
{%- endmacro %}

{# The value with the highest rank in a group of rows; among equal ranks, the greatest text. #}
{% macro highest_of_group(column, rank) -%}
    (array_agg({{ column }} order by {{ rank }} desc, {{ column }} collate "C" desc)
        filter (where {{ column }} is not null))[1] as {{ column }}
{%- endmacro %}

{# The latest value of a group of rows, and its recency. #}
{% macro latest_of_group(column, recency) -%}
    {{ highest_of_group(column, recency) }},
    max({{ recency }}) filter (where {{ column }} is not null) as {{ column }}_recency
{%- endmacro %}

{# The column and its recency; if the column is null, those of the latest value among the session's
   legs with the same link. #}
{% macro filled(column, link) -%}
    {%- set legs_with_link -%}
        over (
            partition by organization_id, session_id, {{ link }}
            order by
                {{ column }} is null,
                {{ column }}_recency desc nulls last,
                {{ column }} collate "C" desc
        )
    {%- endset -%}
    {%- set is_gap = column ~ ' is null and ' ~ link ~ ' is not null' %}
    case
        when {{ is_gap }} then first_value({{ column }}) {{ legs_with_link }}
        else {{ column }}
    end as {{ column }},
    case
        when {{ is_gap }} then first_value({{ column }}_recency) {{ legs_with_link }}
        else {{ column }}_recency
    end as {{ column }}_recency
{%- endmacro %}
