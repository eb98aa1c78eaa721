{# Nothing lasts longer than 31 days (contract, 5.3). In hours: a day of some time zones has 23. #}
{% macro longest() -%}
    interval '744 hours'
{%- endmacro %}
