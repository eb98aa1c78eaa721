{# No session is longer than 31 days (contract, 5.3). In hours, because some days have 23. #}
{% macro longest_session() -%}
    interval '744 hours'
{%- endmacro %}
