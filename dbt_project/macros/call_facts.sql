{# What can be known about one side of a call. #}
{% macro call_facts() -%}
    {{ return([
        'zoom_user_id', 'extension_id', 'extension_number', 'phone_number', 'email', 'name'
    ]) }}
{%- endmacro %}
