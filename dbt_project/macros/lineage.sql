{# Which tables a model is derived from, and which are derived from it, as dbt knows them. #}

{# A table's name in pipeline.progress and pipeline.failures. #}
{% macro table_name(node) -%}
    {{ return(node.schema ~ '.' ~ (node.alias or node.name)) }}
{%- endmacro %}

{# The tables that this model, or the given one, is derived from, through views; with `nearest`
   without what those are derived from. Sources that note their progress are among them. #}
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

{# The tables that are derived from this model: round after round those that read one found before.
   dbt knows a node's parents only. #}
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
