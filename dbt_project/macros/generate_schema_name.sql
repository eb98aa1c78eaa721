{# The live schemas have the contract's plain names; those of other targets start with the target's
   schema. A rebuild uses the live functions. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ schema_prefix() if node.resource_type != 'function' or target.name != 'rebuild' -}}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{% macro schema_prefix() -%}
    {{ return('' if is_live() else target.schema ~ '_') }}
{%- endmacro %}

{% macro is_live() -%}
    {{ return(target.name == 'live') }}
{%- endmacro %}

{# The table or view of that name in the live schemas; none if it does not exist. #}
{% macro live_relation(relation) -%}
    {{ return(adapter.get_relation(
        relation.database, relation.schema[(schema_prefix() | length):], relation.identifier
    )) }}
{%- endmacro %}
