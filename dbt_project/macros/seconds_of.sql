{# The length of a multirange of times, in whole seconds. It is capped: an event with an absurd time
   would otherwise stop every batch. #}
{% macro seconds_of(presence) -%}
    (
        select least(
            coalesce(floor(extract(epoch from sum(upper(stay) - lower(stay)))), 0), 2147483647
        )::integer
        from unnest({{ presence }}) as stay
    )
{%- endmacro %}
