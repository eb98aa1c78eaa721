{# What a data test looks at: 'touched', in a batch, the sessions that it touched; 'all', at night,
   every row. What could not be derived keeps its last good rows, and is left out by the columns of
   `scope`. #}
{% macro where_looked_at(rows, scope=['organization_id', 'session_id']) -%}
    where ({{ scope | join(', ') }}) not in (
        select {{ prefixed('failures', scope) }}
        from {{ ref('stg_pipeline__failures') }} as failures
        where failures.{{ scope[-1] }} is not null
    )
    {%- if rows == 'touched' %}
        and (organization_id, session_id) in (
            select touched.organization_id, touched.session_id
            from {{ ref('int_touched_sessions') }} as touched
        )
    {%- endif -%}
{%- endmacro %}
