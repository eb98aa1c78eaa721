{# The length of a multirange of times, in whole seconds. #}
{% macro seconds_of(presence) -%}
    (
        select coalesce(floor(extract(epoch from sum(upper(stay) - lower(stay)))), 0)::integer
        from unnest({{ presence }}) as stay
    )
{%- endmacro %}
