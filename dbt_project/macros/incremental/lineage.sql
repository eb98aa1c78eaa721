{# The upstream and downstream tables of a model, from dbt's graph. #}

{# A table's name in the tables of watermarks and of failures. #}
{% macro table_name(node) -%}
    {{ return(node.schema ~ '.' ~ (node.alias or node.name)) }}
{%- endmacro %}

{# The upstream tables of this model or the given one, through views; with `nearest`, only the
   closest ones. Sources that have a watermark are included. #}
{% macro tables_above(node=none, nearest=false) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set waiting = (graph.nodes[model.unique_id] if node is none else node)
            .depends_on.nodes | list -%}
        {%- set seen = [] -%}
        {%- for _ in range(1000) if waiting -%}
            {%- set id = waiting.pop() -%}
            {%- if id not in seen -%}
                {%- do seen.append(id) -%}
                {%- if id in graph.sources -%}
                    {%- set source_table = graph.sources[id] -%}
                    {%- if source_table.schema == 'clientsights_raw' -%}
                        {%- do found.append('clientsights_raw.' ~ source_table.name) -%}
                    {%- endif -%}
                {%- elif id in graph.nodes -%}
                    {%- set parent = graph.nodes[id] -%}
                    {%- if parent.config.materialized == 'incremental' -%}
                        {%- do found.append(table_name(parent)) -%}
                    {%- endif -%}
                    {%- if parent.config.materialized != 'incremental' or not nearest -%}
                        {%- do waiting.extend(parent.depends_on.nodes) -%}
                    {%- endif -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# The downstream tables of this model, found level by level: dbt's graph lists only a node's
   parents. #}
{% macro tables_below() -%}
    {%- set reached = [model.unique_id] -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set nodes = graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'model') | list -%}
        {%- set counts = [0] -%}
        {%- for _ in range(100) if counts[-1] != reached | length -%}
            {%- do counts.append(reached | length) -%}
            {%- for node in nodes if node.unique_id not in reached -%}
                {%- if node.depends_on.nodes | select('in', reached) | list -%}
                    {%- do reached.append(node.unique_id) -%}
                    {%- if node.config.materialized == 'incremental' -%}
                        {%- do found.append(table_name(node)) -%}
                    {%- endif -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{% macro sql_list(texts) -%}
    array[{% for text in texts %}'{{ text }}'{{ ', ' if not loop.last }}{% endfor %}]::text[]
{%- endmacro %}
