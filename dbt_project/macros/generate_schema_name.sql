{# Schemas have the contract's plain names; a rebuild adds its prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('schema_prefix') }}{{ custom_schema_name or target.schema }}
{%- endmacro %}
