{# Schemas have the contract's plain names. A rebuild adds its prefix, but not to functions. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('schema_prefix') if node.resource_type != 'function' -}}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
