{# What a data test looks at: 'touched', in a batch, the sessions that it touched; 'all', at night,
   every row. #}
{% macro where_looked_at(rows) -%}
    {%- if rows == 'touched' -%}
    where (organization_id, session_id) in (
        select touched.organization_id, touched.session_id
        from {{ ref('int_touched_sessions') }} as touched
    )
    {%- endif -%}
{%- endmacro %}
