{# For `dbt show --inline`: the rows of a model that only the live table has, or only the one that
   was built in this target's schemas. A changed row appears in both. #}
{% macro compare_with_live(name) -%}
    {%- set built = ref(name) -%}
    {%- if execute -%}
    {%- if is_live() or not built.schema.startswith(schema_prefix()) -%}
        {{ exceptions.raise_compiler_error(
            name ~ " has not been built next to the live tables. Run: "
            ~ "worksights-zoom dbt build -s " ~ name
        ) }}
    {%- endif -%}
    {%- set live = live_relation(built) -%}
    {%- set stamps = graph.nodes['model.worksights_zoom.' ~ name].config.meta.get('stamps', []) -%}
    {%- set columns = columns_of(built) | select('in', columns_of(live)) | reject('in', stamps)
        | join(', ') -%}
    (
        select 'live' as found_in, {{ columns }} from {{ live }}
        except all
        select 'live' as found_in, {{ columns }} from {{ built }}
    )
    union all
    (
        select '{{ target.schema }}' as found_in, {{ columns }} from {{ built }}
        except all
        select '{{ target.schema }}' as found_in, {{ columns }} from {{ live }}
    )
    order by {{ columns }}, found_in
    {%- endif -%}
{%- endmacro %}
